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

describe('the page as it is built', () => {
  test('has at most 70 KiB in all, gzipped', () => {
    const loaded = readdirSync(join(assets, 'page'))
      // The icons with numbers and those of an installed page are loaded one at a time, and later.
      .filter((file) => !/\.(?:map|png)$|^icon-\w+-\d+\.svg$/.test(file))
      .map((file) => `page/${file}`)
    const files = ['index.html', 'app.webmanifest', 'service-worker.js', ...loaded]
    const bytes = files.map((file) => gzipSync(read(file), { level: 9 }).length)
    expect(bytes.length).toBeGreaterThan(6)
    expect(bytes.reduce((sum, size) => sum + size)).toBeLessThanOrEqual(70 * 1024)
  })

  test('keeps offline exactly the files that the page names', () => {
    const worker = String(read('service-worker.js'))
    const named = String(read('index.html')).matchAll(/"\/(page\/[\w-]+\.(?:js|css|svg))"/g)
    const paths = [...named].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThanOrEqual(4)
    for (const path of paths) {
      expect(worker).toContain(`/${path}`)
      expect(read(path).length).toBeGreaterThan(0)
    }
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
