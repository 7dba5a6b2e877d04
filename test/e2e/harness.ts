// The browser of a test file. Each user has a browser context, which is closed after the test. An
// error in a console that the test does not expect fails the test.

import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest'
import { type Account, registerAccount, uniqueName } from './accounts.ts'
import { ChatPage } from './chat-page.ts'
import { contextOptions, type Device } from './devices.ts'

export type PageOptions = {
  /** Of a service for this test alone. Default: the shared service. */
  port?: number
  device?: Device
  /** Default: none, because requests that a worker answers cannot be intercepted. */
  serviceWorkers?: 'allow' | 'block'
  /** Allows scripts and styles that the page's security policy forbids. */
  bypassCSP?: boolean
  /** Default: Berlin, in British English. */
  region?: Pick<BrowserContextOptions, 'locale' | 'timezoneId'>
}

export type Harness = {
  openContext(options?: PageOptions): Promise<BrowserContext>
  /** Opens a page without a login. */
  openPage(options?: PageOptions): Promise<Page>
  /** Opens a page, and logs this account in. */
  logIn(account: Account, options?: PageOptions): Promise<ChatPage>
  /** Registers an account, and opens a page for it without a login. */
  openUser(name: string, options?: PageOptions): Promise<ChatPage>
  /** Registers an account, and logs it in on a new page. */
  newUser(name: string, options?: PageOptions): Promise<ChatPage>
  /** The test may cause console errors like this. */
  expectConsoleError(pattern: RegExp): void
}

const timeoutMs = 60_000
const berlin = { locale: 'en-GB', timezoneId: 'Europe/Berlin' }

export function useHarness(): Harness {
  let browser: Browser
  const contexts = new Set<BrowserContext>()
  const consoleErrors: string[] = []
  const expected: RegExp[] = []

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: inject('chromium') })
  })
  afterEach(async () => {
    for (const context of contexts) await context.close()
    contexts.clear()
    const errors = consoleErrors.splice(0)
    const patterns = expected.splice(0)
    expect(errors.filter((text) => !patterns.some((pattern) => pattern.test(text)))).toEqual([])
  })
  afterAll(() => browser.close())

  const listen = (page: Page) => {
    page.on('pageerror', (error) => consoleErrors.push(`thrown: ${error.stack}`))
    page.on('console', (message) => {
      const { url } = message.location()
      if (message.type() === 'error') consoleErrors.push(`${message.text()} ${url}`)
    })
  }

  const harness: Harness = {
    async openContext(options = {}) {
      const { port = inject('port'), device, bypassCSP, region = berlin } = options
      const context = await browser.newContext({
        baseURL: `http://localhost:${port}`,
        ...region,
        reducedMotion: 'reduce',
        serviceWorkers: options.serviceWorkers ?? 'block',
        ...(bypassCSP && { bypassCSP }),
        ...contextOptions(device ?? { size: 'desktop', scheme: 'light' }),
      })
      context.setDefaultTimeout(timeoutMs)
      context.on('page', listen)
      contexts.add(context)
      return context
    },
    async openPage(options) {
      return (await harness.openContext(options)).newPage()
    },
    async logIn(account, options) {
      const chatPage = new ChatPage(await harness.openPage(options), account)
      await chatPage.logIn()
      return chatPage
    },
    async openUser(name, options) {
      const port = options?.port ?? inject('port')
      const account = await registerAccount(port, uniqueName(name))
      return new ChatPage(await harness.openPage(options), account)
    },
    async newUser(name, options) {
      const chatPage = await harness.openUser(name, options)
      await chatPage.logIn()
      return chatPage
    },
    expectConsoleError: (pattern) => void expected.push(pattern),
  }
  return harness
}
