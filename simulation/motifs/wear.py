"""Drawings of clothes, shoes and accessories; see the package for the drawing conventions."""
# ruff: noqa: E501
# fmt: off

MOTIFS = {
    "dress": """<path d="M0-150q-4-28 10-34t4-18" fill="none" stroke="{i}" stroke-width="5"/><path d="M-52-150L0-176l52 26" fill="none" stroke="{i}" stroke-width="6"/>
<path d="M-52-152q-6 44 10 74l-20 38L-132 158q62 32 132 32t132-32L62-40 42-78q16-30 10-74l-26 2Q20-104 0-104T-26-150z" fill="{m}"/>
<path d="M-62-42q62 20 124 0l8 24q-70 22-140 0z" fill="{d}"/><path d="M-34 2L-64 172M0 8v178M34 2l30 170" fill="none" stroke="{d}" stroke-opacity=".35" stroke-width="5" stroke-linecap="round"/>
<path d="M50-32q40-10 52 14-26 14-52-6zM50-26q26 24 18 60-22-16-24-56z" fill="{a}"/>""",
    "skirt": """<path d="M-74-130H74L150 130q-70 36-150 36t-150-36z" fill="{m}"/><rect x="-80" y="-154" width="160" height="36" rx="10" fill="{d}"/>
<path d="M-44-112L-92 148M-16-112L-32 160M16-112l16 272M44-112l48 260" stroke="{d}" stroke-opacity=".4" stroke-width="6" stroke-linecap="round"/><circle cx="48" cy="-136" r="8" fill="{a}"/>
<path d="M-138 96q68 34 138 34t138-34" fill="none" stroke="{l}" stroke-width="8" stroke-opacity=".8"/>""",
    "shirt": """<path d="M-58-150l-88 36-48 128 62 26 22-50v176q0 14 14 14H96q14 0 14-14V-10l22 50 62-26-48-128-88-36q-58 40-116 0z" fill="{m}"/>
<path d="M-58-150L0-92l-40 40-34-84zM58-150L0-92l40 40 34-84z" fill="{l}"/><path d="M0-92v272M-110-10v60M110-10v60" stroke="{d}" stroke-opacity=".5" stroke-width="5"/>
<g fill="{d}"><circle cx="14" cy="-40" r="6"/><circle cx="14" cy="16" r="6"/><circle cx="14" cy="72" r="6"/><circle cx="14" cy="128" r="6"/></g><path d="M36-26h52v40q-26 22-52 0z" fill="{l}" fill-opacity=".65"/>""",
    "knit": """<path d="M-54-146l-84 34-58 226 56 22 34-104v134q0 10 10 10H96q10 0 10-10V32l34 104 56-22-58-226-84-34q-10 8-54 8t-54-8z" fill="{m}"/>
<path d="M-54-146L0-8l54-138q-10 8-54 8t-54-8z" fill="{l}"/><path d="M-58-146Q-30-60 0-4v176M58-146Q30-60 0-4" fill="none" stroke="{d}" stroke-width="14" stroke-linejoin="round"/>
<path d="M-106 152h212v24h-212zM-196 100l58 24-6 18-58-24zM196 100l-58 24 6 18 58-24z" fill="{d}" fill-opacity=".55"/>
<path d="M-72-60v196M-44-10v146M72-60v196M44-10v146" stroke="{l}" stroke-width="6" stroke-dasharray="10 12" stroke-opacity=".75"/><g fill="{a}"><circle cx="0" cy="36" r="9"/><circle cx="0" cy="82" r="9"/><circle cx="0" cy="128" r="9"/></g>""",
    "trousers": """<path d="M-86-176H86L126 178q-46 12-92 0L0-48-34 178q-46 12-92 0z" fill="{m}"/><path d="M-88-184H88l4 34H-92z" fill="{d}"/>
<path d="M-52-146q-4 40-38 46M52-146q4 40 38 46M0-150v96" fill="none" stroke="{d}" stroke-width="5"/><path d="M-58-60L-84 160M58-60l26 220" stroke="{d}" stroke-opacity=".35" stroke-width="5"/>
<circle cx="0" cy="-167" r="8" fill="{a}"/><path d="M-60-184v34M60-184v34" stroke="{l}" stroke-width="8"/>""",
    "coat": """<path d="M-50-176l-80 32-62 240 52 18 38-110-22 180q0 10 12 10H112q12 0 12-10L102 4l38 110 52-18-62-240-80-32q-50 26-100 0z" fill="{m}"/>
<path d="M-50-176L0-40l-60-34-34-84zM50-176L0-40l60-34 34-84z" fill="{d}"/><path d="M-50-176Q0-150 50-176L0-40z" fill="{w}"/>
<path d="M-104 12q104 22 208 0l4 32q-108 20-216 0z" fill="{d}"/><rect x="-26" y="14" width="52" height="38" rx="8" fill="none" stroke="{a}" stroke-width="8"/>
<path d="M0-40v62M0 56v138" stroke="{d}" stroke-width="5"/><g fill="{a}"><circle cx="24" cy="-8" r="7"/><circle cx="-24" cy="-8" r="7"/><circle cx="24" cy="92" r="7"/><circle cx="-24" cy="92" r="7"/></g>""",
    "sneaker": """<path d="M-186 74V-56q0-16 16-12 34 12 62-18 14-14 30-2 60 74 130 92 84 14 122 40 14 10 14 44z" fill="{m}"/><path d="M188 88q-2-34-14-44-16-12-46-20-30 20-34 64z" fill="{l}"/>
<path d="M-190 74H190q6 44-24 44h-332q-24 0-24-44z" fill="{w}"/><path d="M-188 94h378" stroke="{d}" stroke-width="6" stroke-opacity=".5"/><path d="M-186-20q60 10 80 94h-80z" fill="{d}"/>
<path d="M-66-74l-30 34M-36-46l-30 34M-4-20l-30 34M30-2L4 36" stroke="{w}" stroke-width="11" stroke-linecap="round"/><path d="M-84 70Q-20 60 44 16" fill="none" stroke="{a}" stroke-width="13" stroke-linecap="round"/>""",
    "heel": """<path d="M-160-96q-6-18 12-24 18-4 28 12 60 108 170 146 92 12 120 48 10 16-10 20H48Q-50 92-104-8q-8 60-14 114h-18q4-110-24-202z" fill="{m}"/>
<path d="M-136 106h18q6-54 14-114l-34-46q8 80-2 160z" fill="{d}"/><path d="M48 106h112q20-4 10-20l-40-6Q60 84 20 68q10 26 28 38z" fill="{d}"/><path d="M-120-60q20-20 52-6l40 46" fill="none" stroke="{d}" stroke-width="12" stroke-linecap="round"/>
<circle cx="66" cy="46" r="20" fill="{a}"/><circle cx="66" cy="46" r="8" fill="{w}"/>""",
    "handbag": """<path d="M-78-36q0-120 78-120T78-36" fill="none" stroke="{d}" stroke-width="16"/><path d="M-134-50H134q16 0 18 18l18 170q2 26-24 26H-146q-26 0-24-26l18-170q2-18 18-18z" fill="{m}"/>
<path d="M-150-34q2-16 16-16H134q14 0 16 16l6 62q-70 56-156 56T-156 28z" fill="{d}" fill-opacity=".55"/><rect x="-24" y="50" width="48" height="54" rx="12" fill="{a}"/><circle cx="0" cy="76" r="8" fill="{w}"/>
<path d="M-154 140H154" stroke="{l}" stroke-width="5" stroke-dasharray="14 10"/>""",
    "tote": """<path d="M-66-70q-6-110 66-110T66-70" fill="none" stroke="{a}" stroke-width="14"/><path d="M-140-76H140L158 162q0 16-16 16H-142q-16 0-16-16z" fill="{m}"/><path d="M-140-76H140l2 26H-142z" fill="{d}"/>
<circle cx="0" cy="50" r="58" fill="{l}"/><path d="M0 92q-46-30-40-62 6-22 28-16 10 4 12 14 2-10 12-14 22-6 28 16 6 32-40 62z" fill="{a}"/>""",
    "backpack": """<path d="M-44-150q0-40 44-40t44 40" fill="none" stroke="{d}" stroke-width="14"/><path d="M-150 20q-34 10-34 60v46q0 20 30 20M150 20q34 10 34 60v46q0 20-30 20" fill="{d}"/>
<path d="M-130 150V-50q0-110 130-110t130 110v200q0 30-30 30h-200q-30 0-30-30z" fill="{m}"/><path d="M-96 54h192v84q0 18-18 18H-78q-18 0-18-18z" fill="{l}"/><path d="M-96 54h192v34H-96z" fill="{d}" fill-opacity=".6"/>
<path d="M-110-20Q0 18 110-20" fill="none" stroke="{d}" stroke-width="8"/><rect x="-12" y="72" width="24" height="34" rx="6" fill="{a}"/><rect x="-30" y="-104" width="60" height="40" rx="10" fill="{a}"/>""",
    "necklace": """<path d="M-130-160Q-120 40 0 76 120 40 130-160" fill="none" stroke="{a}" stroke-width="7"/><path d="M-96-160Q-90-20 0 8 90-20 96-160" fill="none" stroke="{a}" stroke-width="5" stroke-dasharray="2 12" stroke-linecap="round"/>
<g fill="{w}"><circle cx="-94" cy="0" r="15"/><circle cx="-58" cy="42" r="17"/><circle cx="58" cy="42" r="17"/><circle cx="94" cy="0" r="15"/></g>
<path d="M0 68l52 54L0 190l-52-68z" fill="{m}"/><path d="M0 68l22 54L0 190l-22-68z" fill="{l}"/><path d="M-52 122H52" stroke="{d}" stroke-width="4"/>""",
    "earrings": """<path d="M-80-170q-24 4-22 30M80-170q24 4 22 30" fill="none" stroke="{a}" stroke-width="8" stroke-linecap="round"/><circle cx="-100" cy="-110" r="26" fill="{w}"/><circle cx="100" cy="-110" r="26" fill="{w}"/>
<path d="M-100-84v36M100-84v36" stroke="{a}" stroke-width="7"/><circle cx="-100" cy="34" r="68" fill="none" stroke="{a}" stroke-width="18"/><circle cx="100" cy="34" r="68" fill="none" stroke="{a}" stroke-width="18"/>
<path d="M-100 4q40 50 0 92-40-42 0-92zM100 4q40 50 0 92-40-42 0-92z" fill="{m}"/><path d="M-100 4q14 50 0 92-40-42 0-92zM100 4q14 50 0 92-40-42 0-92z" fill="{l}"/>""",
    "hat": """<ellipse cx="0" cy="82" rx="196" ry="62" fill="{m}"/><ellipse cx="0" cy="74" rx="176" ry="48" fill="{l}" fill-opacity=".6"/><path d="M-104 74q-8-190 104-190T104 74q-104 44-208 0z" fill="{m}"/>
<path d="M-106 34q106 44 212 0v42q-106 42-212 0z" fill="{a}"/><path d="M92 58l66 46-26 8 4 26-58-64z" fill="{a}"/><path d="M-70-60q70 30 140 0M-90-10q90 34 180 0" fill="none" stroke="{d}" stroke-opacity=".4" stroke-width="5"/>""",
    "scarf": """<path d="M-130-110q130 90 260 0l14 70Q0 56-144-40z" fill="{m}"/><path d="M-130-110Q0-190 130-110 0-20-130-110z" fill="{d}"/><path d="M-40 0l-60 160 84 22L44 4z" fill="{m}"/><path d="M10 2l30 176 84-18L70-16z" fill="{l}"/>
<path d="M-66 70l80 20M-84 116l80 20M28 76l74-18M36 120l76-18" stroke="{a}" stroke-width="12"/><path d="M-96 162l-8 28M-70 170l-6 26M-40 178l-6 22M46 180l4 20M78 174l4 22M108 166l6 22" stroke="{d}" stroke-width="7"/>""",
    "glasses": """<path d="M-176-24l-12-40M176-24l12-40" stroke="{i}" stroke-width="12" stroke-linecap="round"/><circle cx="-94" cy="10" r="80" fill="{m}"/><circle cx="94" cy="10" r="80" fill="{m}"/><path d="M-148-6q20-52 72-52M40-6q20-52 72-52" stroke="{l}" stroke-width="14" fill="none" stroke-linecap="round"/>
<g fill="none" stroke="{i}" stroke-width="12"><circle cx="-94" cy="10" r="80"/><circle cx="94" cy="10" r="80"/><path d="M-20-8q20-24 40 0"/></g>""",
    "watch": """<path d="M-56-190H56l12 90H-68zM-56 190H56l12-90H-68z" fill="{d}"/><path d="M-30-190H30M-30-160H30M-30 160H30" stroke="{i}" stroke-opacity=".3" stroke-width="5"/><rect x="110" y="-18" width="22" height="36" rx="6" fill="{a}"/><circle r="116" fill="{m}"/><circle r="92" fill="{w}"/>
<path d="M0-78v14M0 64v14M-78 0h14M64 0h14" stroke="{i}" stroke-width="7"/><path d="M0 0V-52" stroke="{i}" stroke-width="9" stroke-linecap="round"/><path d="M0 0L38 26" stroke="{a}" stroke-width="8" stroke-linecap="round"/><circle r="9" fill="{i}"/>""",
}
