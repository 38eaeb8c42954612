"""Every motif the demo's pictures are made of: SVG fragments by name.

A motif is drawn around (0, 0), about 400 units wide and high, with its foot near y = 180. Its colours are
placeholders: {m} main, {d} dark, {l} light, {a} accent, {i} ink, {w} paper.
"""

from simulation.motifs import beauty, devices, home, places, play, table, wear

MOTIFS = {
    **wear.MOTIFS,
    **beauty.MOTIFS,
    **home.MOTIFS,
    **table.MOTIFS,
    **devices.MOTIFS,
    **play.MOTIFS,
    **places.MOTIFS,
}
