// Samples of what citizens meet. Each walk brings a page into states that are worth seeing, and has a look at each.
import * as phone from "./phone.js";

const press = (page, action) => page.click(`main button[name=action][value="${action}"]`);
const tile = (page, path, value) => page.locator(`[name="answers.${path}"][value="${value}"]`);
const LONG = "Quảnlýhànhchínhcông".repeat(10);

// The browser's own form, from the list of places to the receipt.
async function formWithoutScript({ page, to, look }) {
  await to("/s/small");
  await look("places to choose from", "form/choose.html");
  await to("/s/small/D01");
  const all = ["questions", "intro", "faces", "question", "required", "script", "kept", "switch", "sound"];
  await look("the first questions", ...all.map((name) => `form/${name}.html`));
  await press(page, "next");
  await look("nothing is answered", "form/summary.html", "form/help.html", "form/questions.html");
  await tile(page, "q1", 1).check();
  await page.fill('[name="answers.why"]', LONG);
  await press(page, "next");
  await page.fill('[name="answers.visits"]', "12.34");
  await tile(page, "how", "desk").check();
  await tile(page, "how", "phone").check();
  await press(page, "next");
  await look("a wrong number", "form/summary.html", "form/help.html");
  await page.fill('[name="answers.visits"]', "99");
  await press(page, "next");
  await press(page, "next");
  await look("a list of answers, long ones and blanks", "form/check.html", "form/kept.html", "form/switch.html");
  await press(page, "change.1");
  await look("one answer is changed", "form/questions.html");
  await press(page, "check");
  const form = await page.locator("form#answers").evaluate((form) => [...new FormData(form).entries()]);
  await press(page, "send");
  await look("thanks", "form/thanks.html");
  const receipt = (await page.textContent("output")).trim();
  await to(`/receipt?code=${receipt}`);
  await look("a receipt that is known", "form/receipt.html");
  const other = form.map(([name, value]) => [name, name === "answers.q1" ? "5" : value]);
  await to("/s/small/D01", { method: "POST", form: [...other, ["action", "send"]], status: 409 });
  await look("another answer was sent before", "form/notice.html");
}

async function receipts({ to, look }) {
  await to("/receipt");
  await look("no receipt yet", "form/receipt.html");
  for (const code of ["AAAA-BBBB-CCCC-DDDD-EEEE", "M".repeat(64)]) {
    await to(`/receipt?code=${code}`);
    await look("a receipt that nobody knows", "form/receipt.html");
  }
}

async function invitations({ page, to, look, codes }) {
  await to("/i/asked");
  await look("a code is asked for", "form/invitation.html");
  for (const code of ["0000-0000", "M".repeat(64)]) {
    await page.fill("#code", code);
    await page.click("main form button");
    await look("a code that is none", "form/invitation.html");
  }
  await page.fill("#code", codes.invitation);
  await page.click("main form button");
  await look("the form of an invitation", "form/questions.html", "form/kept.html");
  await to("/s/asked");
  await look("by invitation only", "form/notice.html");
  await to("/s/early");
  await look("a survey that has not begun", "form/notice.html");
  await to("/s/shut/D01", { status: 410 });
  await look("a survey that is over", "form/notice.html");
}

async function deviceWithoutScript({ page, to, look, codes }) {
  await to(`/k/${codes.device}`);
  await look("a device", "form/whole.html", "form/marks.html", "form/sound.html");
  await press(page, "check");
  await look("a device, nothing is answered", "form/summary.html");
  await tile(page, "q1", 4).check();
  await press(page, "next");
  await press(page, "next");
  await press(page, "next");
  await look("a device, the list of answers", "form/check.html");
  await press(page, "send");
  await look("a device, thanks", "form/kiosk_thanks.html");
}

async function formWithScript({ page, language, look, context }) {
  await phone.openForm(page, `/${language}/s/small/D01`);
  await look("the first question, with script", "form/whole.html", "form/marks.html");
  await phone.next(page);
  await page.waitForSelector("main [role=alert], .message");
  await look("nothing is answered, with script", "form/whole.html");
  await tile(page, "q1", 1).check();
  await phone.next(page);
  await page.fill('[name="answers.visits"]', "many");
  await phone.next(page);
  await page.waitForSelector(".message:visible");
  await look("a wrong number, with script", "form/whole.html");
  await page.fill('[name="answers.visits"]', "9");
  await phone.answerToTheCheckPage(page);
  await look("the list of answers, with script", "form/whole.html");
  await context.setOffline(true);
  await phone.next(page);
  await phone.eventually(async () => (await phone.outbox(page)).length === 1, "it is kept on the phone");
  await page.waitForSelector("form#answers", { state: "detached" });
  await look("kept on the phone", "base.html");
  await context.route("**/api/v1/**", phone.refuse);
  await context.setOffline(false);
  await page.goto(`/${language}/outbox`);
  await page.waitForSelector("[data-state=waiting]");
  await look("an answer waits", "form/outbox.html");
  await context.unroute("**/api/v1/**");
  await page.reload();
  await page.waitForSelector("[data-state=sent]");
  await look("an answer was sent", "form/outbox.html");
  await phone.openForm(page, `/${language}/s/small/D02`);
  await phone.answerToTheCheckPage(page);
  await phone.next(page);
  await phone.receiptOf(page);
  await look("thanks, with script", "base.html");
}

async function nothingWaits({ page, language, look }) {
  await page.goto(`/${language}/outbox`);
  await look("nothing waits", "form/outbox.html");
}

async function deviceWithScript({ page, language, look, codes }) {
  await phone.openForm(page, `/${language}/k/${codes.device}`);
  await look("a device, with script", "form/whole.html", "form/marks.html");
  await phone.answerToTheCheckPage(page);
  await look("a device, the list of answers, with script", "form/whole.html");
  await phone.next(page);
  await page.waitForSelector("output");
  await look("a device, thanks, with script", "base.html");
}

/** The walks of citizens, by what they are about; `script` says whether the pages run theirs. */
export const FORM_WALKS = {
  "the form without script": { walk: formWithoutScript },
  "receipts": { walk: receipts },
  "invitations and notices": { walk: invitations },
  "a device without script": { walk: deviceWithoutScript },
  "the form with script": { walk: formWithScript, script: true },
  "the outbox": { walk: nothingWaits, script: true },
  "a device with script": { walk: deviceWithScript, script: true },
};
