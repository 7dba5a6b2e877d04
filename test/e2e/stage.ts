// The browser of a test file, and who comes in with it: each in a context of their own, which is
// closed after the test. A complaint in a console that the test did not expect fails it.

import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import { type Account, openAccount, uniqueName } from './accounts.ts'
import { type Look, optionsOf } from './looks.ts'
import { Visitor } from './visitor.ts'

export type Entry = {
  /** Of a service that the test has for itself. */
  port?: number
  look?: Look
  /** Lets a script be put into the page from outside. */
  bypassCSP?: boolean
  /** Where the device is. Default: Berlin, in British English. */
  place?: Pick<BrowserContextOptions, 'locale' | 'timezoneId'>
}

export type Stage = {
  openContext(entry?: Entry): Promise<BrowserContext>
  /** A page that nobody is logged in on. */
  openPage(entry?: Entry): Promise<Page>
  /** Someone who comes into the room. */
  logIn(account: Account, entry?: Entry): Promise<Visitor>
  /** Someone new who comes into the room. */
  enter(name: string, entry?: Entry): Promise<Visitor>
  /** The test makes the console say this. */
  expectComplaint(pattern: RegExp): void
}

const patienceMs = 60_000
const berlin = { locale: 'en-GB', timezoneId: 'Europe/Berlin' }

export function useStage(): Stage {
  let browser: Browser
  const contexts = new Set<BrowserContext>()
  const complaints: string[] = []
  const expected: RegExp[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: inject('chromium') })
  })
  afterEach(async () => {
    for (const context of contexts) await context.close()
    contexts.clear()
    const heard = complaints.splice(0)
    const patterns = expected.splice(0)
    expect(heard.filter((text) => !patterns.some((pattern) => pattern.test(text)))).toEqual([])
  })
  afterAll(() => browser.close())

  const listen = (page: Page) => {
    page.on('pageerror', (error) => complaints.push(`thrown: ${error.stack}`))
    page.on('console', (message) => {
      const { url } = message.location()
      if (message.type() === 'error') complaints.push(`${message.text()} ${url}`)
    })
  }

  const stage: Stage = {
    async openContext({ port = inject('port'), look, bypassCSP, place = berlin } = {}) {
      const context = await browser.newContext({
        baseURL: `http://localhost:${port}`,
        ...place,
        reducedMotion: 'reduce',
        ...(bypassCSP && { bypassCSP }),
        ...optionsOf(look ?? { size: 'desktop', scheme: 'light' }),
      })
      context.setDefaultTimeout(patienceMs)
      context.on('page', listen)
      contexts.add(context)
      return context
    },
    async openPage(entry) {
      return (await stage.openContext(entry)).newPage()
    },
    async logIn(account, entry) {
      const visitor = new Visitor(await stage.openPage(entry), account)
      await visitor.logIn()
      return visitor
    },
    async enter(name, entry) {
      const port = entry?.port ?? inject('port')
      return stage.logIn(await openAccount(port, uniqueName(name)), entry)
    },
    expectComplaint: (pattern) => void expected.push(pattern),
  }
  return stage
}
