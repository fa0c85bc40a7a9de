/** Keys for the paper and its tools. */

/** `act` has a function for each: `travel` (with "undo" or "redo"), `toggle`, `use` (with a tool), `erase`, `clear`, `scroll`. */
export function listenToKeys(pad, act) {
  const isPaperMeant = () => [pad, document.body, null].includes(document.activeElement);
  const isTyping = () => document.activeElement?.matches("input:not([type=radio]), [contenteditable=plaintext-only]");
  const commands = { z: () => act.travel("undo"), y: () => act.travel("redo"), "shift z": () => act.travel("redo") };
  const tools = { e: () => act.toggle("eraser"), s: () => act.toggle("lasso") };
  const onPaper = {
    delete: act.clear, backspace: act.erase,
    pagedown: () => act.scroll(0.8), pageup: () => act.scroll(-0.8), arrowdown: () => act.scroll(0.1), arrowup: () => act.scroll(-0.1),
  };
  addEventListener("keydown", (event) => {
    if (isTyping()) return;
    const key = event.key.toLowerCase();
    if (key === "escape") return act.use("pen");
    let run = null;
    if (event.ctrlKey || event.metaKey) run = commands[event.shiftKey && key === "z" ? "shift z" : key];
    else if (!event.altKey) run = tools[key] ?? (isPaperMeant() ? onPaper[key] : null);
    if (!run || run() === false) return;
    event.preventDefault();
  });
}
