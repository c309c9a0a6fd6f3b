// What holds on every page of staff, whoever meets it: language, headings, landmarks, contrast, targets, width.

import assert from "node:assert/strict";
import test from "node:test";

import { assertSound, closeBrowser, person, sendEveryoneHome, visit } from "../helpers.mjs";
import { LOOKS, STAFF } from "../pages.mjs";
import { signIn } from "../steps.mjs";

test.afterEach(sendEveryoneHome);
test.after(closeBrowser);

for (const look of LOOKS) {
  const name = `${look.lang}, ${look.scheme}, ${look.size.width} px`;
  // UX 1, UX 6, UX 13, UX 14
  // S32
  test(`every page of staff is sound (${name})`, async () => {
    for (const { role, pages, least } of STAFF) {
      const page = await person(look);
      await signIn(page, role);
      for (const address of pages) {
        const answer = await visit(page, address);
        assert.equal(answer.status(), 200, `${role} ${address}`);
        await assertSound(page, { least, where: address });
      }
      await page.context().close();
    }
  });
}
