// Two moderators in two Chromium pages, who act only through the page. They need no time to think, so
// their figures are those of the page and the service.

import { type Browser, chromium, type Locator, type Request } from 'playwright-core'
import { countIn } from '../../bench/load-generator/commands.ts'
import { registerAccount } from '../e2e/accounts.ts'
import { ChatPage } from '../e2e/chat-page.ts'
import { findChromium } from '../e2e/chromium.ts'
import { contextOptions } from '../e2e/devices.ts'
import type { Stage } from './stage.ts'

const giveUpMs = 30_000
const raiderName = /^flood-/

/** Where the card of a person is opened: from a message, or from the list of people. */
export type Place = 'message' | 'people'

/** What one moderator did to one person, and how many milliseconds each step took. */
export type Punishment = {
  name: string
  place: Place
  /** The list of people had to be made longer first. */
  askedForMore: boolean
  /** Until the card is open. */
  click: number
  /** Until the card knows the person. */
  load: number
  ban: number
  purge: number
  messages: number
}

/** Milliseconds of each call that changes the room or purges, as the page saw it. */
export type Calls = Record<'room' | 'purge', number[]>

export type Moderators = {
  settings: ChatPage
  people: ChatPage
  calls: Calls
  /** How often both pages connected, and each sentence by which they said that a call had failed. */
  counts: Record<string, number>
  close(): Promise<void>
}

export async function openModerators({ port, asOperator }: Stage): Promise<Moderators> {
  const found = findChromium(process.env.CHROMIUM_PATH)
  if ('missing' in found) throw new Error(found.missing)
  const browser = await chromium.launch({ executablePath: found.path })
  const calls: Calls = { room: [], purge: [] }
  const counts: Record<string, number> = {}
  const logIn = async (name: string) => {
    const account = await registerAccount(port, name)
    await asOperator('PUT', `/admin/users/${account.id}/role`, { role: 'moderator' })
    const page = await openPage(browser, port)
    page.on('requestfinished', (request) => void noteCall(request, calls))
    page.on('websocket', () => countIn(counts, 'connect'))
    const chatPage = new ChatPage(page, account)
    await chatPage.logIn()
    return chatPage
  }
  const [settings, people] = [await logIn('Mona'), await logIn('Mia')]
  return { settings, people, calls, counts, close: () => browser.close() }
}

async function openPage(browser: Browser, port: number) {
  const device = contextOptions({ size: 'desktop', scheme: 'light' })
  const context = await browser.newContext({ baseURL: `http://localhost:${port}`, ...device })
  context.setDefaultTimeout(giveUpMs)
  return context.newPage()
}

function noteCall(request: Request, calls: Calls): void {
  const { pathname } = new URL(request.url())
  const kind = pathname.endsWith('/purge') ? 'purge' : pathname === '/room' ? 'room' : null
  const { requestStart, responseEnd } = request.timing()
  if (kind) calls[kind].push(responseEnd - requestStart)
}

/** Chooses values in the tab “Room”, and saves them. */
export async function changeRoom(
  { settings: { page }, counts }: Moderators,
  values: Record<string, string>,
): Promise<void> {
  await page.getByRole('button', { name: /^Moderation: / }).click()
  const dialog = page.getByRole('dialog', { name: 'Moderation' })
  await dialog.getByRole('tab', { name: 'Room' }).click()
  const room = dialog.getByRole('tabpanel', { name: 'Room' })
  for (const [label, value] of Object.entries(values))
    await room.getByLabel(label).selectOption(value)
  const save = () => room.getByRole('button', { name: 'Save' }).click()
  const failure = room.locator('.settings > [role=status]', { hasNotText: /^(Saving…|Saved\.|)$/ })
  await insist(save, { done: room.getByText('Saved.'), failure, counts })
  await dialog.getByRole('button', { name: 'Close' }).click()
}

/** Does it again whenever the page says that it failed. @returns what the page says at last */
async function insist(
  attempt: () => Promise<void>,
  { done, failure, counts }: { done: Locator; failure: Locator; counts: Moderators['counts'] },
): Promise<string> {
  for (;;) {
    await attempt()
    await done.or(failure).first().waitFor()
    if (await done.isVisible()) return (await done.textContent()) ?? ''
    countIn(counts, (await failure.textContent()) ?? '')
  }
}

/** Any raider whose message is on the screen, or this one in the list of people. */
function nameToClick({ page, people }: ChatPage, place: Place, name: string): Locator {
  return place === 'people'
    ? people.getByRole('button', { name })
    : page.locator('.name-button', { hasText: raiderName }).last()
}

/**
 * A page that has connected again lists the latest 100 people only.
 * @returns whether it had to ask for more
 */
async function showEveryone({ page, people }: ChatPage, wanted: string): Promise<boolean> {
  if ((await people.getByRole('button', { name: wanted }).count()) > 0) return false
  await page.getByRole('button', { name: /^Show \d+ more$/ }).click()
  return true
}

/** @param wanted whom to look for in the list of people */
export async function banAndPurge(
  { people: chatPage, counts }: Moderators,
  place: Place,
  wanted: string,
): Promise<Punishment> {
  const { page } = chatPage
  let from = performance.now()
  const lap = () => {
    const [before, now] = [from, performance.now()]
    from = now
    return now - before
  }
  const card = page.locator('dialog.person[open]')
  const failure = card.getByRole('alert').filter({ hasText: /./ })
  const until = (attempt: () => Promise<void>, words: RegExp) =>
    insist(attempt, { done: card.getByText(words), failure, counts })
  let [askedForMore, click] = [false, 0]
  const open = async () => {
    if (await card.isVisible()) await page.keyboard.press('Escape')
    if (place === 'people') askedForMore ||= await showEveryone(chatPage, wanted)
    await nameToClick(chatPage, place, wanted).click()
    await card.waitFor()
    click += lap()
  }
  await until(open, /^Here since/)
  const load = lap()
  const ban = () => card.getByRole('button', { name: /^Ban .*: For good$/ }).click()
  const said = await until(ban, / is banned for good/)
  const banned = lap()
  const purge = async () => {
    await card.getByRole('button', { name: /^Delete messages of .*: Last hour$/ }).click()
    await page.getByRole('button', { name: 'Delete messages', exact: true }).click()
  }
  const deleted = await until(purge, / messages? (is|are) deleted|There were no such messages/)
  const purged = lap()
  await page.keyboard.press('Escape')
  await card.waitFor({ state: 'hidden' })
  const name = said.split(' ')[0] ?? ''
  const messages = Number.parseInt(deleted, 10) || 0
  return { name, place, askedForMore, click, load, ban: banned, purge: purged, messages }
}
