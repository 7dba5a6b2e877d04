import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPage } from '../../build/web.ts'
import english from '../../src/web/strings/en.json' with { type: 'json' }

let assets = ''
const read = (path: string) => readFileSync(join(assets, path))

beforeAll(async () => {
  assets = mkdtempSync(join(tmpdir(), 'chat-page-'))
  await buildPage(assets)
})
afterAll(() => rmSync(assets, { recursive: true, force: true }))

/** The bytes of these files, gzipped one by one. */
const gzipped = (files: readonly string[]) =>
  files.reduce((sum, file) => sum + gzipSync(read(file), { level: 9 }).length, 0)

/** The files that the page names, as paths below the assets. */
const namedByThePage = () => {
  const named = String(read('index.html')).matchAll(/"\/(page\/[\w-]+\.(?:js|css|svg))"/g)
  return [...named].map(([, path = '']) => path)
}

/** Without the icons with numbers and those of an installed page, which are loaded one at a time. */
const allFiles = () =>
  readdirSync(join(assets, 'page'))
    .filter((file) => !/\.(?:map|png)$|^icon-\w+-\d+\.svg$/.test(file))
    .map((file) => `page/${file}`)

const isScript = (file: string) => file.endsWith('.js')
const others = ['index.html', 'app.webmanifest', 'service-worker.js']

describe('the page as it is built', () => {
  test('has at most 70 KiB that everybody loads, and at most 82 KiB in all, gzipped', () => {
    const parts = allFiles().filter((file) => isScript(file) && !namedByThePage().includes(file))
    const first = allFiles().filter((file) => !parts.includes(file))
    expect(parts.length).toBeGreaterThan(3)
    expect(first.length).toBeGreaterThan(4)
    expect(gzipped([...others, ...first])).toBeLessThanOrEqual(70 * 1024)
    expect(gzipped([...others, ...first, ...parts])).toBeLessThanOrEqual(82 * 1024)
  })

  test('loads one script at first, and parts of it by a call', () => {
    const [main = ''] = namedByThePage().filter((file) => /main-\w+\.js$/.test(file))
    const script = String(read(main))
    expect(script).not.toMatch(/\b(?:from|import)\s*["'`]\.\//)
    const called = [...script.matchAll(/import\(["'`]\.\/([\w-]+\.js)/g)].map(
      ([, file]) => `page/${file}`,
    )
    expect(called.sort()).toEqual(
      allFiles()
        .filter((file) => isScript(file) && !namedByThePage().includes(file))
        .sort(),
    )
  })

  test('keeps offline exactly the files that the page names, and the parts that are loaded later', () => {
    const worker = String(read('service-worker.js'))
    const kept = [...worker.matchAll(/\/(page\/[\w-]+\.\w+)/g)].map(([, path = '']) => path)
    expect(namedByThePage().length).toBeGreaterThanOrEqual(4)
    expect(kept.sort()).toEqual(allFiles().sort())
    expect(kept).toEqual(expect.arrayContaining(namedByThePage()))
  })

  test('has icons for an installed page', () => {
    const { icons } = JSON.parse(String(read('app.webmanifest')))
    expect(icons).toHaveLength(3)
    for (const { src } of icons) expect(read(src).length).toBeGreaterThan(100)
  })
})

test('another language takes the place of English, and is written in its direction', async () => {
  const translated = join(assets, 'translated')
  mkdirSync(translated)
  const texts = { ...english, language: 'ar', direction: 'rtl', settings: 'الإعدادات' }
  await buildPage(translated, texts)
  expect(String(read('translated/index.html'))).toContain('<html lang="ar" dir="rtl">')
  const main = readdirSync(join(translated, 'page')).find((file) => /^main-\w+\.js$/.test(file))
  const script = String(read(`translated/page/${main}`))
  expect(script).toContain('الإعدادات')
  expect(script).not.toContain('`Settings`')
})
