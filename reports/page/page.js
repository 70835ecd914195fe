// Draws the charts of a page and switches its theme. Colours are CSS variables: nothing is drawn twice for dark.
"use strict";
(() => {
  const THEMES = ["automatic", "light", "dark"];
  const CHARACTER_PX = 7.2;
  const SYMBOL_PX = 50;
  const NARROW_PX = 480;
  const LABEL_SHARE = 0.45;

  function setUpTheme() {
    const button = document.querySelector(".theme");
    const root = document.documentElement;
    const show = (theme) => {
      if (theme === "automatic") root.removeAttribute("data-theme");
      else root.setAttribute("data-theme", theme);
      button.textContent = `Theme: ${theme}`;
    };
    const stored = read();
    show(THEMES.includes(stored) ? stored : "automatic");
    button.hidden = false;
    button.addEventListener("click", () => {
      const current = root.getAttribute("data-theme") ?? "automatic";
      const next = THEMES[(THEMES.indexOf(current) + 1) % THEMES.length];
      show(next);
      keep(next);
    });
  }

  // Storage may be forbidden for files; the page then simply forgets.
  function read() {
    try { return localStorage.getItem("nnsreport-theme"); } catch { return null; }
  }
  function keep(theme) {
    try { localStorage.setItem("nnsreport-theme", theme); } catch { /* forgotten */ }
  }

  function fitted(spec, width) {
    const characters = spec.usermeta?.legendCharacters ?? 0;
    const columns = Math.max(1, Math.floor(width / (characters * CHARACTER_PX + SYMBOL_PX)));
    const config = spec.config;
    return {
      ...spec,
      config: {
        ...config,
        legend: { ...config.legend, columns, labelLimit: width - SYMBOL_PX },
        axisY: { labelLimit: width * LABEL_SHARE },
        // A title under a narrow plot may be wider than it: let it extend under the labels, not off the page.
        axisX: width < NARROW_PX ? { titleAnchor: "end" } : {},
      },
    };
  }

  async function draw(figure) {
    const canvas = figure.querySelector(".canvas");
    try {
      const spec = JSON.parse(figure.querySelector('script[type="application/json"]').textContent);
      await vegaEmbed(canvas, fitted(spec, canvas.clientWidth), {
        mode: "vega-lite",
        renderer: "svg",
        actions: false,
        ast: true,
        defaultStyle: false,
        tooltip: { disableDefaultStyle: true },
      });
      figure.dataset.state = "drawn";
    } catch (error) {
      figure.dataset.state = "failed";
      const message = document.createElement("p");
      message.className = "failure";
      message.textContent = `This chart could not be drawn (${error.message}); its data are below.`;
      canvas.replaceChildren(message);
      figure.querySelector("details").open = true;
    }
  }

  function followReading() {
    const links = new Map([...document.querySelectorAll(".contents a")].map((link) => [link.hash.slice(1), link]));
    const observer = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) {
          if (!entry.isIntersecting) continue;
          for (const link of links.values()) link.removeAttribute("aria-current");
          links.get(entry.target.id)?.setAttribute("aria-current", "true");
        }
      },
      { rootMargin: "-10% 0px -80% 0px" },
    );
    for (const section of document.querySelectorAll("main > section")) observer.observe(section);
  }

  async function start() {
    setUpTheme();
    followReading();
    for (const figure of document.querySelectorAll("figure.chart")) await draw(figure);
    document.documentElement.dataset.charts = "done";
  }

  start();
})();
