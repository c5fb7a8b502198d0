// Changing things on a page: a field in place, short forms that stay where they are, tasks that are ticked off.
// The editor lies above its field, outside every live region: no message takes away what is being typed.
import { sayFailed, toast } from "./toast.js";
import { send } from "./post.js";

let field = null; // the button whose editor is open
let box = null;

function place(html) {
  if (!field?.isConnected) field = document.getElementById(field?.id) ?? field;
  box ??= document.body.appendChild(document.createElement("div"));
  box.className = "editor-box";
  box.innerHTML = html;
  const at = (field.closest("dd") ?? field).getBoundingClientRect();
  box.style.setProperty("--left", `${Math.max(8, Math.min(at.left + scrollX, innerWidth - 320))}px`);
  box.style.setProperty("--top", `${at.top + scrollY - 8}px`);
  const input = box.querySelector("[autofocus]");
  input.focus();
  input.select?.();
}

function closeEditor() {
  box?.remove();
  box = null;
  // the field may have been drawn anew meanwhile
  if (field) document.getElementById(field.id)?.focus();
  field = null;
}

async function openEditor(button) {
  field = button;
  try {
    const answer = await fetch(button.dataset.edit);
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    place(await answer.text());
  } catch {
    sayFailed();
  }
}

async function saveField(form) {
  const answer = await send(form.getAttribute("action"), Object.fromEntries(new FormData(form)));
  if (answer?.said) closeEditor();
  else if (answer?.form) place(answer.form);
  else if (answer) sayFailed();
}

async function sendForm(form, submitter) {
  const fields = Object.fromEntries(new FormData(form));
  if (submitter?.name) fields[submitter.name] = submitter.value;
  const answer = await send(form.dataset.send, fields);
  if (answer?.said) {
    toast(answer.said);
    form.reset();
    form.closest("dialog")?.close();
  } else if (answer?.refused) toast(answer.refused, "failed");
  else if (answer) sayFailed();
}

async function tick(button) {
  const answer = await send(`/tasks/${button.dataset.tick}/${button.dataset.what}`, {});
  if (answer?.said) toast(answer.said);
  else if (answer?.refused) toast(answer.refused, "failed");
  else if (answer) sayFailed();
}

export function startEditing() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.hasAttribute("data-edit")) openEditor(button);
    if (button.hasAttribute("data-editor-close")) closeEditor();
    if (button.hasAttribute("data-tick")) tick(button);
    if (button.hasAttribute("data-open-box")) document.getElementById(button.dataset.openBox).showModal();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box?.contains(event.target)) closeEditor();
    // Enter adds the note, with Shift it begins a new line
    if (event.key === "Enter" && !event.shiftKey && event.target.matches?.(".composer textarea")) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });
  document.addEventListener("submit", (event) => {
    const editor = event.target.closest("[data-editor]");
    const form = event.target.closest("[data-send]");
    if (!editor && !form) return;
    event.preventDefault();
    if (editor) saveField(editor);
    else sendForm(form, event.submitter);
  });
}
