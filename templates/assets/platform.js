/* Sign-up: proposes an address from the shop's name and asks whether it is free, while typing. */
const form = document.querySelector("form[data-sign-up]");
if (form) {
  const { name, handle } = form.elements;
  const shown = form.querySelector("[data-handle]");
  const state = document.getElementById("handle-state");
  let touched = handle.value !== "";
  let timer = 0;
  let asked = 0;

  const slug = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase()
    .replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 40).replace(/-+$/, "");

  const show = (key) => {
    state.dataset.state = key;
    state.textContent = key ? state.dataset[key] : "";
  };

  async function ask(value) {
    const mine = ++asked;
    show("checking");
    try {
      const answer = await fetch(`/api/platform/v1/handles/${encodeURIComponent(value)}`, { headers: { Accept: "application/json" } });
      if (mine !== asked) return;
      if (answer.status === 422) { show("bad"); return; }
      if (!answer.ok) { show(""); return; }
      show((await answer.json()).available ? "free" : "taken");
    } catch {
      if (mine === asked) show("");
    }
  }

  const check = () => {
    shown.textContent = handle.value || shown.dataset.example;
    clearTimeout(timer);
    asked += 1;
    show("");
    if (handle.value.length >= 3) timer = setTimeout(() => ask(handle.value), 350);
  };

  handle.addEventListener("input", () => {
    touched = handle.value !== "";
    const clean = handle.value.toLowerCase();
    if (clean !== handle.value) handle.value = clean;
    check();
  });
  name.addEventListener("input", () => {
    if (touched) return;
    handle.value = slug(name.value);
    check();
  });
}
