import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Locator, Page, WebSocketRoute } from 'playwright-core'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { call } from '../harness/rest.ts'
import { type Account, registerAccount, uniqueName } from './accounts.ts'
import type { ChatPage } from './chat-page.ts'
import { devices } from './devices.ts'
import { useHarness } from './harness.ts'
import { useTestService } from './use-test-service.ts'

const harness = useHarness()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const tabs = ['Reports', 'Audit log', 'Room', 'Word list', 'Muted and banned'] as const

// What one test sets in the room would hold for the tests of other files.
const testService = useTestService()
let port: number
beforeAll(async () => {
  port = testService().port
})

async function done(method: string, path: string, token: string, body?: object): Promise<unknown> {
  const answer = await call(port, method, path, { token, ...(body && { body }) })
  expect(answer.status, `${method} ${path}`).toBeLessThan(300)
  return answer.body
}

const register = (name: string) => registerAccount(port, uniqueName(name))

function asOperator(method: string, path: string, body: object): Promise<unknown> {
  const { dataDir } = testService()
  const { adminToken } = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'))
  return done(method, path, adminToken, body)
}

async function newOwner(): Promise<Account> {
  const account = await register('Ada')
  await asOperator('PUT', `/admin/users/${account.id}/role`, { role: 'owner' })
  return account
}

async function tokenOf({ email, password }: Account): Promise<string> {
  const { body } = await call(port, 'POST', '/auth/login', { body: { email, password } })
  return (body as { access_token: string }).access_token
}

/** A message of a new person, which another one has reported. */
async function reported(content: string, reason: string | null) {
  const [author, reporter] = [await register('Bob'), await register('Cem')]
  const message = { content, client_id: 'reported' }
  const { id } = (await done('POST', '/messages', await tokenOf(author), message)) as Account
  await done('POST', `/messages/${id}/report`, await tokenOf(reporter), { reason })
  return { author, reporter }
}

const openButton = ({ page }: ChatPage) => page.getByRole('button', { name: /^Moderation: / })

async function openPanel(chatPage: ChatPage): Promise<Locator> {
  await openButton(chatPage).click()
  const dialog = chatPage.page.getByRole('dialog', { name: 'Moderation' })
  await dialog.waitFor()
  return dialog
}

async function openTab(dialog: Locator, name: (typeof tabs)[number]): Promise<Locator> {
  await dialog.getByRole('tab', { name }).click()
  return dialog.getByRole('tabpanel', { name })
}

/** The label of the button with the focus. */
const focusedIn = (page: Page) => page.locator('button:focus').textContent()

const entryWith = (panel: Locator, text: string) =>
  panel.getByRole('listitem').filter({ hasText: text })

describe('the moderation panel', () => {
  test('comes and goes with the role, and opens and closes by keyboard', async () => {
    const owner = await newOwner()
    const member = await harness.newUser('Bob', { port })
    expect(await openButton(member).count()).toBe(0)
    const ownerToken = await tokenOf(owner)
    const path = `/users/${member.account.id}/role`
    await done('PUT', path, ownerToken, { role: 'moderator' })
    await openButton(member).focus()
    await member.page.keyboard.press('Enter')
    const dialog = member.page.getByRole('dialog', { name: 'Moderation' })
    const selected = dialog.getByRole('tab', { selected: true })
    expect(await selected.textContent()).toBe('Reports')
    await selected.focus()
    for (const [key, name] of [
      ['ArrowRight', 'Audit log'],
      ['End', 'Muted and banned'],
      ['ArrowRight', 'Reports'],
      ['ArrowLeft', 'Muted and banned'],
      ['Home', 'Reports'],
    ] as const) {
      await member.page.keyboard.press(key)
      const focused = dialog.locator('[role="tab"]:focus')
      expect([await selected.textContent(), await focused.textContent()]).toEqual([name, name])
    }
    await member.page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    expect(await focusedIn(member.page)).toMatch(/^Moderation: /)

    await openPanel(member)
    await done('PUT', path, ownerToken, { role: 'member' })
    await dialog.waitFor({ state: 'hidden' })
    await openButton(member).waitFor({ state: 'hidden' })
  })

  test('changes the slow mode and the announcement, and another user sees both', async () => {
    const ada = await harness.logIn(await newOwner(), { port })
    const bob = await harness.newUser('Bob', { port })
    const room = await openTab(await openPanel(ada), 'Room')
    await room.getByLabel('Slow mode').selectOption('10 s')
    await room.getByLabel('Announcement').fill('We meet at ten')
    await room.getByRole('button', { name: 'Save' }).click()
    await room.getByText('Saved.').waitFor()
    await bob.page.getByText('We meet at ten').waitFor()
    await bob.page.getByText('Slow mode: one message every 10 s').waitFor()

    await room.getByLabel('Announcement').fill('')
    await room.getByLabel('Slow mode').selectOption('off')
    await room.getByRole('button', { name: 'Save' }).click()
    await bob.page.getByText('We meet at ten').waitFor({ state: 'hidden' })
    await bob.page.getByText(/^Slow mode/).waitFor({ state: 'hidden' })
  })

  test('follows what another moderator sets, except in fields that were edited', async () => {
    const [owner, other] = [await newOwner(), await newOwner()]
    const ada = await harness.logIn(owner, { port })
    const room = await openTab(await openPanel(ada), 'Room')
    await room.getByLabel('Announcement').fill('Half of a sent')
    const change = { slow_mode_ms: 7_000, announcement: 'By another' }
    await done('PATCH', '/room', await tokenOf(other), change)
    await room.getByText('Someone else has changed this meanwhile.').waitFor()
    expect(await room.getByLabel('Slow mode').inputValue()).toBe('7000')
    expect(await room.getByLabel('Announcement').inputValue()).toBe('Half of a sent')

    const sent: unknown[] = []
    ada.page.on('request', (request) => {
      if (request.method() === 'PATCH') sent.push(request.postDataJSON())
    })
    await room.getByLabel('Announcement').fill('A whole sentence')
    await room.getByRole('button', { name: 'Save' }).click()
    await room.getByText('Saved.').waitFor()
    expect(sent).toEqual([{ announcement: 'A whole sentence' }])
    await done('PATCH', '/room', await tokenOf(other), { slow_mode_ms: 0, announcement: null })
  })

  test('counts the characters of the announcement, and sends none that is too long', async () => {
    const ada = await harness.logIn(await newOwner(), { port })
    const room = await openTab(await openPanel(ada), 'Room')
    await room.getByLabel('Announcement').fill('a'.repeat(490))
    await room.getByText('10 left').waitFor()
    await room.getByLabel('Announcement').fill('a'.repeat(501))
    await room.getByText('1 too many').waitFor()
    await room.getByRole('button', { name: 'Save' }).click()
    expect(await room.locator('textarea:focus').count()).toBe(1)
    expect(await room.getByText('Saved.').count()).toBe(0)
  })

  test('shows a report live without moving the others, and resolves it', async () => {
    await reported('The first one', 'Insults')
    const ada = await harness.logIn(await newOwner(), { port })
    const reports = await openTab(await openPanel(ada), 'Reports')
    const first = entryWith(reports, 'The first one')
    const topBefore = (await first.boundingBox())?.y
    const { author, reporter } = await reported('Buy watches', 'Advertising')
    const arrived = reports.getByRole('button', { name: '1 new report' })
    await arrived.waitFor()
    expect((await first.boundingBox())?.y).toBe(topBefore)
    expect(await entryWith(reports, 'Buy watches').count()).toBe(0)

    await arrived.click()
    const entry = reports.getByRole('listitem').first()
    expect(await entry.textContent()).toContain(`Message of ${author.username}`)
    expect(await entry.textContent()).toContain(`Reported by ${reporter.username}: Advertising`)
    await entry.getByRole('button', { name: 'Resolve' }).click()
    await entry.getByText(`Resolved by ${ada.name}`).waitFor()
    expect(await entry.locator('button:focus').textContent()).toBe('Reopen')
    await reports.getByLabel('Show').selectOption('Resolved')
    await first.waitFor({ state: 'detached' })
    await entryWith(reports, 'Buy watches').waitFor()
    await reports.getByLabel('Show').selectOption('Open')
    await entryWith(reports, 'Buy watches').waitFor({ state: 'detached' })
    await first.waitFor()
  })

  test('counts open reports in the header, and follows the other moderators', async () => {
    const [owner, other] = [await newOwner(), await newOwner()]
    const ada = await harness.logIn(owner, { port })
    const numberShown = async () => Number(await openButton(ada).getAttribute('data-count'))
    await openButton(ada).waitFor()
    const before = await numberShown()
    await reported('To be dismissed', null)
    await expect.poll(numberShown).toBe(before + 1)
    const reports = await openTab(await openPanel(ada), 'Reports')
    const entry = entryWith(reports, 'To be dismissed')
    await entry.waitFor()
    const id = await entry.getAttribute('data-report-id')
    await done('PATCH', `/reports/${id}`, await tokenOf(other), { status: 'dismissed' })
    await entry.getByText(`Dismissed by ${other.username}`).waitFor()
    await expect.poll(numberShown).toBe(before)
  })

  test('deletes the message of a report after a question, and opens the card of its author', async () => {
    const { author } = await reported('To be deleted', 'Advertising')
    const ada = await harness.logIn(await newOwner(), { port })
    const reports = await openTab(await openPanel(ada), 'Reports')
    const entry = reports.getByRole('listitem').first()
    await entry.getByText('To be deleted').waitFor()
    await entry.getByRole('button', { name: author.username }).click()
    await ada.page.getByRole('dialog', { name: author.username }).waitFor()
    await ada.page.keyboard.press('Escape')
    await entry.getByRole('button', { name: 'Delete message' }).click()
    const question = ada.page.getByRole('dialog', { name: 'Delete' })
    await question.getByRole('button', { name: 'Delete' }).click()
    await entry.getByText('The message was deleted.').waitFor()
    expect(await entry.getByRole('button', { name: 'Delete message' }).count()).toBe(0)
    await ada.page.keyboard.press('Escape')
    await ada.rows('To be deleted').waitFor({ state: 'detached' })
  })

  test('refuses messages with a term of the word list, and names the line of a bad term', async () => {
    harness.expectConsoleError(/^Failed to load resource: .* 422 .*\/room\/words$/)
    const ada = await harness.logIn(await newOwner(), { port })
    const bob = await harness.newUser('Bob', { port })
    const words = await openTab(await openPanel(ada), 'Word list')
    const field = words.getByLabel('Terms that are refused')
    await words.getByText('0 of 500 terms').waitFor()
    await field.fill('*casino*\n\nca*no')
    await words.getByRole('button', { name: 'Save' }).click()
    await words.getByText('Line 3, “ca*no”: Must have `*` only at its ends.').waitFor()
    expect(await ada.page.evaluate('getSelection().toString()')).toBe('ca*no')
    await field.fill('*casino*')
    await words.getByRole('button', { name: 'Save' }).click()
    await words.getByText('Saved.').waitFor()
    await bob.send('Come to the Supercasino')
    await bob.page.getByText('Not sent. This room does not accept this text.').waitFor()
    await field.fill('')
    await words.getByRole('button', { name: 'Save' }).click()
    await words.getByText('Saved.').waitFor()
  })

  test('does not overwrite a newer word list, and loads it without losing what was typed', async () => {
    harness.expectConsoleError(/^Failed to load resource: .* 412 .*\/room\/words$/)
    const [owner, other] = [await newOwner(), await newOwner()]
    const otherToken = await tokenOf(other)
    await done('PUT', '/room/words', otherToken, { terms: ['first', 'second'] })
    const ada = await harness.logIn(owner, { port })
    const words = await openTab(await openPanel(ada), 'Word list')
    const field = words.getByLabel('Terms that are refused')
    await words.getByText('2 of 500 terms').waitFor()
    await field.fill('first\nmine')
    await done('PUT', '/room/words', otherToken, { terms: ['zeroth', 'first', 'second'] })
    await words.getByText('Someone else has changed the list.').waitFor()
    await words.getByRole('button', { name: 'Save' }).click()
    await words.getByRole('button', { name: 'Load the newer list' }).click()
    await words.getByText('This is the newer list with your changes.').waitFor()
    expect(await field.inputValue()).toBe('zeroth\nfirst\nmine')
    await words.getByRole('button', { name: 'Save' }).click()
    await words.getByText('Saved.').waitFor()
    await done('PUT', '/room/words', otherToken, { terms: [] })
    await words.getByText('0 of 500 terms').waitFor()
  })

  test('tells in sentences what was moderated, and adds new ones on request', async () => {
    const ada = await harness.logIn(await newOwner(), { port })
    const bob = await register('Bob')
    const token = await tokenOf(ada.account)
    const order = { until: null, reason: 'Advertising' }
    await done('PUT', `/users/${bob.id}/mute`, token, order)
    const audit = await openTab(await openPanel(ada), 'Audit log')
    const newest = audit.getByRole('listitem').first()
    await newest.getByText(`${ada.name} muted ${bob.username} for good: Advertising`).waitFor()
    await done('DELETE', `/users/${bob.id}/mute`, token)
    await audit.getByRole('button', { name: '1 new entry' }).click()
    await newest.getByText(`${ada.name} ended the mute of ${bob.username}`).waitFor()
  })

  test('loads more of the audit log, and moves the focus to it', async () => {
    for (let index = 1; index <= 51; index++)
      await asOperator('PATCH', '/admin/room', { slow_mode_ms: index % 2 === 1 ? 5_000 : 0 })
    await asOperator('PATCH', '/admin/room', { slow_mode_ms: 0 })
    const ada = await harness.logIn(await newOwner(), { port })
    const audit = await openTab(await openPanel(ada), 'Audit log')
    const entries = audit.getByRole('listitem')
    await entries.nth(49).waitFor()
    expect(await entries.count()).toBe(50)
    await audit.getByRole('button', { name: 'Load more' }).click()
    await entries.nth(50).and(ada.page.locator(':focus')).waitFor()
    expect(await entries.nth(51).textContent()).toContain('The operator')
  })

  test('shows what was reported while the connection was lost', async () => {
    await reported('Before the loss', null)
    const ada = await harness.logIn(await newOwner(), { port })
    const sockets: WebSocketRoute[] = []
    let isAway = false
    await ada.page.routeWebSocket(/\/ws\/chat/, (socket) => {
      if (isAway) return void socket.close({ code: 1012 })
      socket.connectToServer()
      sockets.push(socket)
    })
    await ada.reload()
    const reports = await openTab(await openPanel(ada), 'Reports')
    await entryWith(reports, 'Before the loss').waitFor()
    isAway = true
    await sockets.at(-1)?.close({ code: 1012 })
    await ada.page.locator('.bar[data-state="reconnecting"]').waitFor({ state: 'attached' })
    await reported('During the loss', null)
    isAway = false
    await reports.getByRole('button', { name: '1 new report' }).click()
    expect(await reports.getByRole('listitem').first().textContent()).toContain('During the loss')
  })

  test('says that a list could not be read, and reads it on request', async () => {
    harness.expectConsoleError(/^Failed to load resource: net::ERR_FAILED/)
    await reported('Still there', null)
    const ada = await harness.logIn(await newOwner(), { port })
    await openButton(ada).waitFor()
    await ada.page.route(/\/reports\?/, (route) => route.abort())
    const reports = await openTab(await openPanel(ada), 'Reports')
    await reports.getByText('The service did not answer. Try again.').waitFor()
    await ada.page.unroute(/\/reports\?/)
    await reports.getByRole('button', { name: 'Try again' }).click()
    await entryWith(reports, 'Still there').and(ada.page.locator(':focus')).waitFor()
    expect(await reports.getByRole('button', { name: 'Try again' }).count()).toBe(0)
  })

  test('lists the muted and banned people, and ends a mute and a ban', async () => {
    const ada = await harness.logIn(await newOwner(), { port })
    const bob = await register('Bob')
    const token = await tokenOf(ada.account)
    await done('PUT', `/users/${bob.id}/mute`, token, { until: null, reason: 'Advertising' })
    await done('PUT', `/users/${bob.id}/ban`, token, { until: null })
    const people = await openTab(await openPanel(ada), 'Muted and banned')
    const entry = entryWith(people, bob.username)
    await entry.getByText('Muted for good: Advertising').waitFor()
    await entry.getByRole('button', { name: 'End ban' }).click()
    await entry.getByText('Banned for good').waitFor({ state: 'detached' })
    await entry.getByRole('button', { name: 'End mute' }).click()
    await entry.getByText('Not muted or banned any more.').waitFor()
    expect(await entry.locator('button:focus').textContent()).toBe(bob.username)
  })
})

/** By how much a tab is wider than its place. */
const widestPart =
  "Math.max(...[...document.querySelectorAll('[role=tabpanel]')].map((panel) => panel.scrollWidth - panel.clientWidth))"

/** The rules of WCAG and of good practice that the page violates, with the elements. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`)
}

const contents: Record<(typeof tabs)[number], (panel: Locator) => Locator> = {
  Reports: (panel) => panel.getByRole('button', { name: 'Resolve' }).first(),
  'Audit log': (panel) => panel.getByRole('listitem').first(),
  Room: (panel) => panel.getByLabel('Announcement'),
  'Word list': (panel) => panel.getByText(/of 500 terms$/),
  'Muted and banned': (panel) => panel.getByRole('button', { name: 'End ban' }).first(),
}

describe.each(devices)('on a $size, $scheme', (device) => {
  test('each tab follows the accessibility rules, and fits the screen', async () => {
    const owner = await newOwner()
    await reported(Array.from({ length: 40 }, (_, index) => `Line ${index}`).join('\n'), 'Flood')
    const bob = await register('Bob')
    await done('PUT', `/users/${bob.id}/ban`, await tokenOf(owner), { until: null, reason: 'Ads' })
    const ada = await harness.logIn(owner, { port, device, bypassCSP: true })
    // The narrowest phone.
    if (device.size === 'phone') await ada.page.setViewportSize({ width: 320, height: 640 })
    const dialog = await openPanel(ada)
    for (const name of tabs) {
      const panel = await openTab(dialog, name)
      await contents[name](panel).waitFor()
      await ada.page.screenshot({
        path: join(
          inject('results'),
          `moderation-${name.toLowerCase().replaceAll(' ', '-')}-${device.size}-${device.scheme}.png`,
        ),
        animations: 'disabled',
      })
      expect(await violationsOf(ada.page), name).toEqual([])
      expect(await ada.page.evaluate(widestPart), name).toBeLessThanOrEqual(0)
    }
  })
})
