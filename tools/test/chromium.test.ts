import { expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../testing/chromium.ts'

describeWithChromium('launchChromium', () => {
  it('starts a browser that runs the language core is written in', async () => {
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      expect(await page.evaluate(() => Object.hasOwn({ a: 1 }, 'a'))).toBe(true)
    } finally {
      await browser.close()
    }
  })
})
