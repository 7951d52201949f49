import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmulator, type Emulator } from '@cos-presign/emulator'
import { CosClient, downloadName } from 'cos-presign'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeWithChromium, launchChromium } from '../testing/chromium.ts'

const bucket = 'examplebucket-1250000000'
const secretId = 'AKIDdownloads0000001'
const secretKey = 'test-secret-of-the-downloads'

/** A word for "report" or the like in twenty scripts. */
const SCRIPTS: Readonly<Record<string, string>> = {
  Latin: 'Übersicht für Weiß.pdf',
  Greek: 'Αναφορά.pdf',
  Cyrillic: 'Отчёт за год.pdf',
  Armenian: 'Զեկույց.pdf',
  Georgian: 'ანგარიში.pdf',
  Hebrew: 'דוח שנתי.pdf',
  Arabic: 'تقرير سنوي.pdf',
  'Persian, with a joiner': 'گزارش\u200cها.pdf',
  Devanagari: 'वार्षिक रिपोर्ट.pdf',
  Bengali: 'প্রতিবেদন.pdf',
  Gurmukhi: 'ਰਿਪੋਰਟ.pdf',
  Tamil: 'அறிக்கை.pdf',
  Telugu: 'నివేదిక.pdf',
  Thai: 'รายงานประจำปี.pdf',
  Lao: 'ບົດລາຍງານ.pdf',
  Khmer: 'របាយការណ៍.pdf',
  Myanmar: 'အစီရင်ခံစာ.pdf',
  Ethiopic: 'ሪፖርት.pdf',
  Han: '年度报告（终稿）.pdf',
  Kana: 'レポートひらがな.pdf',
  Hangul: '연간 보고서.pdf',
  Tibetan: 'སྙན་ཞུ།.pdf',
  'emoji, joined': '👨‍👩‍👧 🦊.png',
  'decomposed Latin': 'e\u0301te\u0301.txt',
}

const AWKWARD: readonly string[] = [
  'plain.txt',
  'README',
  'archive.tar.gz',
  'a "quoted" name.txt',
  "it's.txt",
  'a; filename="evil.exe',
  'a%20b%2Fc.txt',
  '100%.txt',
  'a+b&c=d#e?f.txt',
  '(1) [2] {3}.txt',
  'a/b/c.txt',
  'a\\b\\c.txt',
  '../../etc/passwd',
  '..\\..\\windows\\system.ini',
  '/etc/passwd',
  'C:\\autoexec.bat',
  '.bashrc',
  '...',
  ' . ',
  '~',
  '~~x~~',
  '  spaces  .txt  ',
  'ends in a dot.',
  'line\r\nSet-Cookie: a=b.txt',
  'tab\tand\u0000nul\u001f\u007f\u0085.txt',
  'photo\u202egpj.exe',
  'zero\u200bwidth\ufeff.txt',
  'x\u{1fffe}\ufdd0.txt',
  'line\u2028separator.txt',
  '<a|b>*?.txt',
  `${'long '.repeat(46)}name.txt`,
  '長'.repeat(78).concat('.txt'),
]

describeWithChromium('the name under which Chromium saves a download', () => {
  let emulator: Emulator
  let client: CosClient
  let browser: Browser
  let page: Page
  let events: CDPSession
  let directory: string

  beforeAll(async () => {
    emulator = createEmulator({
      credentials: [{ secretId, secretKey }],
      buckets: [bucket],
      defaultBucket: bucket,
    })
    const { port } = await emulator.listen({ port: 0 })
    client = new CosClient({
      Domain: `127.0.0.1:${port}`,
      Scheme: 'http',
      SecretId: secretId,
      SecretKey: secretKey,
    })
    await fetch(client.getPresignedUrl({ Method: 'PUT', Bucket: bucket, Key: 'a' }), {
      method: 'PUT',
      body: 'bytes',
    })
    directory = await mkdtemp(join(tmpdir(), 'cos-presign-downloads-'))
    browser = await launchChromium()
    page = await browser.newPage()
    await page.goto(client.getPresignedDownloadUrl({ Bucket: bucket, Key: 'a', Disposition: 'inline' }))
    const session = await page.context().newCDPSession(page)
    const { targetInfo } = await session.send('Target.getTargetInfo')
    events = await browser.newBrowserCDPSession()
    // Saved as a person would have it: under the browser's own choice of name.
    await events.send('Browser.setDownloadBehavior', {
      behavior: 'allow',
      browserContextId: targetInfo.browserContextId as string,
      downloadPath: directory,
      eventsEnabled: true,
    })
  }, 60_000)
  afterAll(async () => {
    await browser.close()
    await emulator.close()
    await rm(directory, { recursive: true })
  })

  async function save(Filename: string): Promise<string[]> {
    const url = client.getPresignedDownloadUrl({ Bucket: bucket, Key: 'a', Filename })
    const ended = new Promise<string>((resolve) => {
      events.on('Browser.downloadProgress', function progress({ state }) {
        if (state === 'inProgress') return
        events.off('Browser.downloadProgress', progress)
        resolve(state)
      })
    })
    await page.evaluate((to) => location.assign(to), url)
    expect(await ended).toBe('completed')
    const names = await readdir(directory)
    for (const name of names) await rm(join(directory, name))
    return names
  }

  it.each(Object.entries(SCRIPTS))('is the predicted one in %s', async (_, name) => {
    expect(await save(name)).toEqual([downloadName(name)])
  })

  it.each(AWKWARD)('is the predicted one of %j', async (name) => {
    expect(await save(name)).toEqual([downloadName(name)])
  })

  it('is one that can be saved, where the given one was too long', async () => {
    const name = downloadName(`${'長'.repeat(300)}.tar.gz`)
    expect(await save(name)).toEqual([name])
  })
})
