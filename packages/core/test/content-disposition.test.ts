import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { downloadName, toContentDisposition } from '../src/index.ts'

const text = fc.string({ minLength: 1, maxLength: 400, unit: 'binary' })
const short = fc.string({ minLength: 1, maxLength: 60, unit: 'binary' })

describe('toContentDisposition', () => {
  it.each([
    ['report.pdf', `attachment; filename="report.pdf"; filename*=UTF-8''report.pdf`],
    [
      'my report; v=2.pdf',
      `attachment; filename="my report; v=2.pdf"; filename*=UTF-8''my%20report%3B%20v%3D2.pdf`,
    ],
    ['Übersicht.pdf', `attachment; filename="_bersicht.pdf"; filename*=UTF-8''%C3%9Cbersicht.pdf`],
    ['値 🦊.png', `attachment; filename="_ _.png"; filename*=UTF-8''%E5%80%A4%20%F0%9F%A6%8A.png`],
    ['100%.txt', `attachment; filename="100_.txt"; filename*=UTF-8''100%25.txt`],
    [`it's (1)*!.txt`, `attachment; filename="it's (1)_!.txt"; filename*=UTF-8''it%27s%20%281%29_%21.txt`],
    [
      'a"; filename="evil.exe',
      `attachment; filename="a_; filename=_evil.exe"; filename*=UTF-8''a_%3B%20filename%3D_evil.exe`,
    ],
    [
      'a\r\nSet-Cookie: x=1',
      `attachment; filename="a__Set-Cookie_ x=1"; filename*=UTF-8''a__Set-Cookie_%20x%3D1`,
    ],
    ['a\\".txt', `attachment; filename="a__.txt"; filename*=UTF-8''a__.txt`],
  ])('writes %j', (name, value) => {
    expect(toContentDisposition(name)).toBe(value)
  })

  it('takes inline, and no other word', () => {
    expect(toContentDisposition('a.txt', 'inline')).toBe(`inline; filename="a.txt"; filename*=UTF-8''a.txt`)
    expect(() => toContentDisposition('a.txt', 'form-data' as 'inline')).toThrow(/"Disposition"/)
  })

  it('is one header of visible ASCII, whatever the name', () => {
    fc.assert(
      fc.property(short, (name) => {
        const value = toContentDisposition(name)
        expect(value).toMatch(/^attachment; filename="[ !#-[\]-~]+"; filename\*=UTF-8''[\w.~%-]+$/)
        expect(value.length).toBeLessThan(1000)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['a string', 1, TypeError],
    ['empty', '', RangeError],
    ['surrogate', 'a\ud800', RangeError],
  ])('says that the name must be no such thing: %s', (word, name, type) => {
    expect(() => toContentDisposition(name as string)).toThrow(type)
    expect(() => toContentDisposition(name as string)).toThrow(word)
    expect(() => downloadName(name as string)).toThrow(/"Filename"/)
  })
})

describe('downloadName', () => {
  // What Chromium saved each under; tools/test/downloads.test.ts asks it again.
  it.each([
    ['a/b\\c.txt', 'a_b_c.txt'],
    ['../../etc/passwd', '_.._etc_passwd'],
    ['C:\\Windows\\x.exe', 'C__Windows_x.exe'],
    ['.bashrc', 'bashrc'],
    ['..a..', 'a'],
    ['  x  ', '_ x _'],
    [' .x', '_.x'],
    ['x. ', 'x._'],
    ['...', 'download'],
    ['\u00a0\u3000', '__'],
    ['~~x~~', '_~x~_'],
    ['x~.', 'x_'],
    ['\u200b.x', '_.x'],
    ['photo\u202egpj.exe', 'photo_gpj.exe'],
    ['می\u200cخواهم.txt', 'می_خواهم.txt'],
    ['x\u{1fffe}', 'x_'],
    ['e\u0301.txt', '\u00e9.txt'],
    ['a%2Fb.txt', 'a%2Fb.txt'],
  ])('of %j is %j', (name, expected) => {
    expect(downloadName(name)).toBe(expected)
  })

  it.each([
    [`${'a'.repeat(300)}.txt`, `${'a'.repeat(236)}.txt`],
    [`${'値'.repeat(300)}.tar.gz`, `${'値'.repeat(77)}.tar.gz`],
    [`${'🦊'.repeat(300)}.png`, `${'🦊'.repeat(59)}.png`],
    ['b'.repeat(300), 'b'.repeat(240)],
    [`${'b'.repeat(239)} ${'b'.repeat(60)}`, `${'b'.repeat(239)}_`],
  ])('shortens a long one before its extension', (name, expected) => {
    expect(downloadName(name)).toBe(expected)
    expect(() => toContentDisposition(name)).toThrow(/"Filename" has \d+ UTF-8 bytes, over 240/)
    expect(() => toContentDisposition(downloadName(name))).not.toThrow()
  })

  it('is its own download name, and one that can be sent', () => {
    fc.assert(
      fc.property(text, (name) => {
        const saved = downloadName(name)
        expect(downloadName(saved)).toBe(saved)
        expect(Buffer.byteLength(saved)).toBeLessThanOrEqual(240)
        expect(saved).not.toMatch(/[\p{Cc}\p{Cf}"*/:<>?\\|]|^[.\s~]|[.\s~]$/u)
        expect(() => toContentDisposition(saved)).not.toThrow()
      }),
      { numRuns: 1000 },
    )
  })
})
