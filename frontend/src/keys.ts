// Entering forms by keys: a key that fills its field leads on to the next, so that a hand stays on the number pad.

/** Leads on from field to field. */
export function leadOn(form: HTMLFormElement): void {
  const fields = [...form.querySelectorAll<HTMLInputElement | HTMLTextAreaElement>(".key input, .key textarea")];
  const to = (field?: HTMLElement) => (field ?? form.querySelector<HTMLElement>("button"))?.focus();
  fields.forEach((field, at) => {
    field.addEventListener("focus", () => field.select());
    field.addEventListener("input", () => field.maxLength === 1 && field.value && to(fields[at + 1]));
    field.addEventListener("keydown", (event) => {
      const { key } = event as KeyboardEvent;
      // Enter keeps the form from wherever it is pressed; a new line takes Shift.
      if (key === "Enter" && field.localName === "textarea" && !(event as KeyboardEvent).shiftKey) {
        event.preventDefault();
        form.requestSubmit();
      }
      // An empty field gives way to the one before it.
      if (key === "Backspace" && !field.value && at) {
        event.preventDefault();
        to(fields[at - 1]);
      }
    });
  });
  to(form.querySelector<HTMLElement>("[aria-invalid]") ?? fields[0]);
}
