// Draws every [data-chart] from the JSON script it names: theme colours, localised numbers, a table for those who read.
(() => {
  "use strict";

  const LIGHT = ["#d8372c", "#9db4d3", "#c78a00", "#2b8a7e", "#7353ba", "#6b7280"];
  const DARK = ["#ef6a60", "#5f7ca6", "#e8b33a", "#4fb8aa", "#a78bda", "#9ca3af"];
  const root = document.documentElement;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const drawn = new Map(); // element → { chart, text }

  const isDark = () => root.dataset.bsTheme === "dark";

  // A custom property may be light-dark(…), which only a real element resolves.
  function colour(name, fallback) {
    const probe = document.createElement("span");
    probe.style.color = `var(${name}, ${fallback})`;
    document.body.append(probe);
    const resolved = getComputedStyle(probe).color;
    probe.remove();
    return resolved;
  }

  function writer(unit, currency, compact) {
    const shared = compact ? { notation: "compact", maximumSignificantDigits: 3 } : {};
    const kinds = {
      money: { style: "currency", currency, currencyDisplay: "narrowSymbol", ...shared },
      percent: { style: "percent", maximumFractionDigits: 1 },
    };
    const format = new Intl.NumberFormat(root.lang, kinds[unit] ?? shared);
    return (value) => (value === null || value === undefined || value === "" ? "–" : format.format(Number(value)));
  }

  // A little below nothing leaves the axis at nothing, beside that of the other side.
  const floor = ({ min, max }) => (min < 0 && -min < max / 10 ? 0 : null);

  function axis(given, ink, option) {
    return {
      ...(given.type === "value" ? { min: floor } : {}),
      ...given,
      nameTextStyle: { color: ink.quiet, align: given.type === "value" ? undefined : "center", ...given.nameTextStyle },
      axisLine: { lineStyle: { color: ink.line }, ...given.axisLine },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: ink.line, opacity: 0.6 }, ...given.splitLine },
      axisLabel: {
        color: ink.quiet,
        hideOverlap: true,
        ...(given.unit ? { formatter: writer(given.unit, option.currency, true) } : {}),
        ...given.axisLabel,
      },
    };
  }

  const each = (given, change) => (Array.isArray(given) ? given.map(change) : given && change(given));

  function dressed(option) {
    const ink = {
      text: colour("--tblr-body-color", "#222"),
      quiet: colour("--tblr-secondary", "#667"),
      line: colour("--tblr-border-color", "#ddd"),
      ground: colour("--tblr-bg-surface", "#fff"),
    };
    return {
      color: isDark() ? DARK : LIGHT,
      animation: !calm.matches,
      animationDuration: 300,
      textStyle: { color: ink.text, fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 8, top: 64, bottom: 8, containLabel: true },
      ...option,
      legend: option.legend && { top: 0, left: 0, textStyle: { color: ink.text }, itemWidth: 14, itemHeight: 8, ...option.legend },
      tooltip: {
        trigger: option.xAxis ? "axis" : "item",
        renderMode: "richText", // drawn on the canvas: needs no inline style
        confine: true,
        backgroundColor: ink.ground,
        borderColor: ink.line,
        textStyle: { color: ink.text },
        ...option.tooltip,
      },
      xAxis: each(option.xAxis, (given) => axis(given, ink, option)),
      yAxis: each(option.yAxis, (given) => axis(given, ink, option)),
      series: each(option.series, (series) => ({
        ...series,
        tooltip: { valueFormatter: writer(series.unit, option.currency, false), ...series.tooltip },
      })),
    };
  }

  function cell(tag, text, scope) {
    const made = document.createElement(tag);
    made.textContent = text;
    if (scope) made.scope = scope;
    return made;
  }

  function row(cells) {
    const made = document.createElement("tr");
    made.append(...cells);
    return made;
  }

  function asTable(option) {
    const table = document.createElement("table");
    table.className = "table table-sm";
    const series = [option.series ?? []].flat();
    const labels = [option.xAxis ?? option.yAxis ?? {}].flat().find((given) => given.data)?.data ?? [];
    const head = table.createTHead();
    head.append(row([cell("td", ""), ...series.map((one) => cell("th", one.name ?? "", "col"))]));
    const body = table.createTBody();
    const writers = series.map((one) => writer(one.unit, option.currency, false));
    labels.forEach((label, i) =>
      body.append(row([cell("th", label, "row"), ...series.map((one, s) => cell("td", writers[s](one.data[i])))])));
    return table;
  }

  function tabulate(element, option) {
    let details = element.nextElementSibling;
    if (!details?.classList.contains("chart-table")) {
      details = document.createElement("details");
      details.className = "chart-table";
      details.append(cell("summary", element.dataset.table || "▦"), document.createElement("div"));
      details.lastChild.className = "table-responsive";
      element.after(details);
    }
    details.lastChild.replaceChildren(asTable(option));
  }

  const watcher = new ResizeObserver((entries) => entries.forEach(({ target }) => drawn.get(target)?.chart.resize()));

  function draw(element, { redress = false } = {}) {
    const source = document.getElementById(element.dataset.chart);
    if (!source) return;
    const known = drawn.get(element);
    if (known && !redress && known.text === source.textContent) return;
    const option = JSON.parse(source.textContent);
    const chart = known?.chart ?? echarts.init(element, null, { renderer: "canvas" });
    chart.setOption(dressed(option), { notMerge: redress || !known });
    drawn.set(element, { chart, text: source.textContent });
    if (!known) watcher.observe(element);
    tabulate(element, option);
  }

  function forget() {
    for (const [element, { chart }] of drawn) {
      if (element.isConnected) continue;
      watcher.unobserve(element);
      chart.dispose();
      drawn.delete(element);
    }
  }

  const drawAll = (how) => document.querySelectorAll("[data-chart]").forEach((element) => draw(element, how));

  document.addEventListener("htmx:afterSettle", () => { forget(); drawAll(); });
  document.addEventListener("theme:changed", () => drawAll({ redress: true }));
  calm.addEventListener("change", () => drawAll({ redress: true }));
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => drawAll());
  else drawAll();
})();
