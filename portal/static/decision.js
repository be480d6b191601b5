// The form of a decision: entries are added with one key, and the agenda shown is that of the chosen meeting.
"use strict";

for (const part of document.querySelectorAll("[data-adds-to]")) {
  const area = document.getElementById(part.dataset.addsTo);
  const line = part.querySelector("input");
  const button = part.querySelector("[data-add]");
  const said = part.querySelector("[data-added]");
  const add = () => {
    const entry = line.value.trim();
    if (!entry) return;
    const lines = area.value.split("\n").map((one) => one.trim()).filter(Boolean);
    if (!lines.includes(entry)) area.value = [...lines, entry].join("\n");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    said.textContent = `${said.dataset.added} ${entry}`;
    line.value = "";
    line.focus();
  };
  button.hidden = false;
  button.addEventListener("click", add);
  line.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault(); // Enter would send the whole form
    add();
  });
}

const meeting = document.getElementById("meeting_id");
const item = document.getElementById("agenda_item_id");
if (meeting && item) {
  const all = [...item.options];
  const narrow = () => {
    const chosen = item.value;
    item.replaceChildren(...all.filter(
      (one) => meeting.value === "0" || !one.dataset.meeting || one.dataset.meeting === meeting.value));
    item.value = [...item.options].some((one) => one.value === chosen) ? chosen : "0";
  };
  meeting.addEventListener("change", narrow);
  item.addEventListener("change", () => {
    const of = item.selectedOptions[0]?.dataset.meeting;
    if (of && meeting.value === "0") {
      meeting.value = of;
      narrow();
    }
  });
  narrow();
}
