/** A toolbar as the keyboard expects it: one stop for Tab, and arrows between its tools. */

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

export function walkWithArrows(toolbar) {
  const tools = () => [...toolbar.querySelectorAll(":is(button, summary).tool")].filter((tool) => tool.offsetParent && !tool.disabled);
  const settle = (on = tools().find((tool) => tool === document.activeElement) ?? tools()[0]) => {
    for (const tool of toolbar.querySelectorAll(".tool")) tool.tabIndex = tool === on ? 0 : -1;
  };
  toolbar.addEventListener("focusin", ({ target }) => { if (target.matches(".tool")) settle(target); });
  toolbar.addEventListener("keydown", (event) => {
    const all = tools(), at = all.indexOf(event.target);
    if (at < 0) return;
    const to = { Home: 0, End: all.length - 1 }[event.key] ?? at + (STEPS[event.key] ?? 0);
    if (to === at || !(event.key in STEPS || event.key === "Home" || event.key === "End")) return;
    event.preventDefault();
    all[(to + all.length) % all.length].focus();
  });
  new MutationObserver(() => settle()).observe(toolbar, { subtree: true, attributes: true, attributeFilter: ["disabled"] });
  settle();
}
