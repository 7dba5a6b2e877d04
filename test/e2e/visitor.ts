// A person at the page: what they see of the room, and what they do there.

import type { BrowserContext, Locator, Page } from 'playwright-core'
import type { Account } from './accounts.ts'

export class Visitor {
  readonly page: Page
  readonly account: Account
  readonly list: Locator
  readonly field: Locator
  readonly people: Locator
  readonly bar: Locator

  constructor(page: Page, account: Account) {
    this.page = page
    this.account = account
    this.list = page.getByRole('list', { name: 'Messages' })
    this.field = page.getByRole('textbox', { name: 'Message', exact: true })
    this.people = page.getByRole('list', { name: 'People online' })
    this.bar = page.locator('.bar')
  }

  get context(): BrowserContext {
    return this.page.context()
  }

  get name(): string {
    return this.account.username
  }

  async logIn(): Promise<void> {
    await this.page.goto('/')
    await this.comeIn()
  }

  /** From the entrance. */
  async comeIn(): Promise<void> {
    await this.page.getByLabel('Email').fill(this.account.email)
    await this.page.getByRole('textbox', { name: 'Password' }).fill(this.account.password)
    await this.page.getByRole('button', { name: 'Log in', exact: true }).click()
    await this.isOnline()
  }

  async isOnline(): Promise<void> {
    await this.page.locator('.bar[data-state="online"]:not([data-shown])').waitFor({
      state: 'attached',
    })
  }

  /** From here on, time passes in this person's browser only by `clock.runFor`. */
  async stopTime(): Promise<void> {
    await this.page.clock.install()
    await this.page.reload()
    await this.isOnline()
    await this.page.clock.pauseAt(Date.now() + 1_000)
  }

  async say(...texts: string[]): Promise<void> {
    for (const text of texts) {
      await this.field.fill(text)
      await this.field.press('Enter')
    }
  }

  /** The field in which a message is changed. */
  get editor(): Locator {
    return this.page.getByRole('textbox', { name: 'Edit your message' })
  }

  /** Begins to change the last own message. @returns the field */
  async editLast(): Promise<Locator> {
    await this.field.press('ArrowUp')
    await this.editor.waitFor()
    return this.editor
  }

  /** The rows that say just this. */
  rows(text: string): Locator {
    const content = this.page.locator('.content').getByText(text, { exact: true })
    return this.list.getByRole('listitem').filter({ has: content })
  }

  /** The room has taken it, or it came from there. */
  async sees(...texts: string[]): Promise<void> {
    for (const text of texts)
      await this.rows(text).and(this.page.locator('[data-state="sent"]')).waitFor()
  }

  /** Of these texts those that are on the screen, from above, each as often as it is there. */
  async seen(texts: readonly string[]): Promise<string[]> {
    const all = await this.list.locator('.content').allTextContents()
    return all.filter((text) => texts.includes(text))
  }

  /** Someone in the list of those who are here. */
  person(name: string): Locator {
    return this.people.getByRole('listitem').filter({ hasText: name })
  }
}
