// The page object: what a user does on the chat page, and what the page shows.

import type { BrowserContext, Locator, Page } from 'playwright-core'
import type { Account } from './accounts.ts'

/** Runs in the browser. */
export const showsAs = `(value) => {
  Object.defineProperty(document, 'visibilityState', { value, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))
}`

export class ChatPage {
  readonly page: Page
  readonly account: Account
  readonly list: Locator
  readonly messageField: Locator
  readonly people: Locator
  readonly connectionBar: Locator

  constructor(page: Page, account: Account) {
    this.page = page
    this.account = account
    this.list = page.getByRole('list', { name: 'Messages' })
    this.messageField = page.getByRole('textbox', { name: 'Message', exact: true })
    this.people = page.getByRole('list', { name: 'People online' })
    this.connectionBar = page.locator('.bar')
  }

  get context(): BrowserContext {
    return this.page.context()
  }

  get name(): string {
    return this.account.username
  }

  async logIn(): Promise<void> {
    await this.page.goto('/')
    await this.submitLogin()
  }

  /** Fills in and submits the login form. */
  async submitLogin(): Promise<void> {
    await this.page.getByLabel('Email').fill(this.account.email)
    await this.page.getByRole('textbox', { name: 'Password' }).fill(this.account.password)
    await this.page.getByRole('button', { name: 'Log in', exact: true }).click()
    await this.waitUntilOnline()
  }

  async waitUntilOnline(): Promise<void> {
    await this.page.locator('.bar[data-state="online"]:not([data-shown])').waitFor({
      state: 'attached',
    })
  }

  async reload(): Promise<void> {
    await this.page.reload()
    await this.waitUntilOnline()
  }

  /** From now on, time passes in this browser only by `clock.runFor`. */
  async pauseClock(): Promise<void> {
    await this.page.clock.install()
    await this.reload()
    await this.page.clock.pauseAt(Date.now() + 1_000)
  }

  /** From now on, the user looks at another page, or at this one again. */
  async setAttention(visibility: 'hidden' | 'visible'): Promise<void> {
    await this.page.evaluate(`(${showsAs})('${visibility}')`)
  }

  async send(...texts: string[]): Promise<void> {
    for (const text of texts) {
      await this.messageField.fill(text)
      // On a phone, Enter begins a new line.
      if ((await this.messageField.getAttribute('enterkeyhint')) === 'send')
        await this.messageField.press('Enter')
      else await this.page.getByRole('button', { name: 'Send', exact: true }).click()
    }
  }

  /** Sends messages, and waits until the room has accepted them. */
  async say(...texts: string[]): Promise<void> {
    await this.send(...texts)
    await this.waitForSent(...texts)
  }

  /** Clicks a button of the message with this text. */
  async press(
    button: 'Add reaction' | 'Reply' | 'Edit message' | 'Delete message' | 'More actions',
    text: string,
  ): Promise<void> {
    const row = this.rows(text)
    await row.hover()
    // Below a message with reactions is another button that adds one.
    await row.locator('.actions').getByRole('button', { name: button }).click()
  }

  /** Chooses an entry in the menu of the message with this text. */
  async choose(entry: string, text: string): Promise<void> {
    await this.press('More actions', text)
    await this.page.locator('.message-menu').getByRole('button', { name: entry }).click()
  }

  /** Sends a message in the place of the text that is in the field. @returns its row */
  async reply(to: string, text: string): Promise<Locator> {
    await this.press('Reply', to)
    await this.say(text)
    return this.rows(text)
  }

  async openSettings(): Promise<void> {
    await this.page.getByRole('button', { name: 'Your account' }).click()
    await this.page.getByRole('button', { name: 'Settings' }).click()
    await this.page.getByRole('dialog', { name: 'Settings' }).waitFor()
  }

  /** The text field of the message editor. */
  get editor(): Locator {
    return this.page.getByRole('textbox', { name: 'Edit your message' })
  }

  /** Opens the editor of the last own message. @returns its text field */
  async editLast(): Promise<Locator> {
    await this.messageField.press('ArrowUp')
    await this.editor.waitFor()
    return this.editor
  }

  /** The rows with exactly this text. */
  rows(text: string): Locator {
    const content = this.page.locator('.content').getByText(text, { exact: true })
    return this.list.getByRole('listitem').filter({ has: content })
  }

  /** Waits until the room has accepted messages with these texts. */
  async waitForSent(...texts: string[]): Promise<void> {
    for (const text of texts)
      await this.rows(text).and(this.page.locator('[data-state="sent"]')).waitFor()
  }

  /** The texts of the list that are among these, from top to bottom, with duplicates. */
  async textsShown(texts: readonly string[]): Promise<string[]> {
    const all = await this.list.locator('.content').allTextContents()
    return all.filter((text) => texts.includes(text))
  }

  /** The entry of a user in the list of users who are online. */
  onlineUser(name: string): Locator {
    return this.people.getByRole('listitem').filter({ hasText: name })
  }
}
