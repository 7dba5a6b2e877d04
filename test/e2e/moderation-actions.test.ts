import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { AxeResults } from 'axe-core'
import type { Locator, Page } from 'playwright-core'
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { call } from '../harness/rest.ts'
import { type Account, registerAccount } from './accounts.ts'
import type { ChatPage } from './chat-page.ts'
import { devices } from './devices.ts'
import { type PageOptions, useHarness } from './harness.ts'
import { useTestService } from './use-test-service.ts'

const harness = useHarness()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const testService = useTestService()
let owner: Account

beforeAll(async () => {
  owner = await registerAccount(testService().port, 'Olga')
  await asOperator('PUT', `/admin/users/${owner.id}/role`, { role: 'owner' })
})
afterEach(async () => {
  const { pins } = (await asOperator('PATCH', '/admin/room', {
    ...{ announcement: null, slow_mode_ms: 0, posting: 'everyone' },
  })) as { pins: { id: string }[] }
  for (const { id } of pins) await asOperator('DELETE', `/admin/room/pins/${id}`)
})

async function asOperator(method: string, path: string, body?: object): Promise<unknown> {
  const { port, dataDir } = testService()
  const { adminToken } = JSON.parse(readFileSync(join(dataDir, 'secrets.json'), 'utf8'))
  const answer = await call(port, method, path, { token: adminToken, body })
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`)
  return answer.body
}

const here = (options: PageOptions = {}): PageOptions => ({
  port: testService().port,
  ...options,
})
const newMember = (name: string, options: PageOptions = {}) => harness.newUser(name, here(options))
/** Has read everything, so the list opens at its end. */
async function logInOwner(options: PageOptions = {}): Promise<ChatPage> {
  const { port } = testService()
  const { email, password } = owner
  const login = await call(port, 'POST', '/auth/login', { body: { email, password } })
  const { access_token: token } = login.body as { access_token: string }
  const { messages } = (await call(port, 'GET', '/messages?limit=1')).body as {
    messages: { id: string }[]
  }
  const message_id = messages[0]?.id
  if (message_id) await call(port, 'PUT', '/auth/me/read', { token, body: { message_id } })
  return harness.logIn(owner, here(options))
}

const cardOf = ({ page }: ChatPage, name: string) => page.getByRole('dialog', { name })

/** Opens the card from the list of people. */
async function openCard(user: ChatPage, name: string): Promise<Locator> {
  await user.onlineUser(name).getByRole('button').click()
  const card = cardOf(user, name)
  await card.getByText('Here since').waitFor()
  return card
}

async function openMenu(user: ChatPage, text: string): Promise<Locator> {
  const row = user.rows(text)
  await row.hover()
  await row.getByRole('button', { name: 'More actions' }).click()
  return user.page.locator('.message-menu')
}

const isFocused = async (element: Locator) =>
  (await element.and(element.page().locator(':focus')).count()) === 1

describe('a mute by the card of a person', () => {
  test('shows that person why and until when, keeps the draft, and can be undone', async () => {
    const [olga, bob] = await Promise.all([logInOwner(), newMember('Bob')])
    await bob.say('Buy my watches')
    await bob.messageField.fill('And buy these')
    const card = await openCard(olga, bob.name)
    await card.getByLabel(/^Reason for/).fill('Advertising')
    await card.getByRole('button', { name: `Mute ${bob.name}: 10 minutes` }).click()
    await card.getByText(`${bob.name} is muted until`).waitFor()

    const notice = bob.page.locator('.write-refusal')
    await notice
      .getByText(/You are muted until .* \((10:00|9:\d\d) left\)\. Reason: Advertising/)
      .waitFor()
    // What a screen reader reads does not change with each second.
    expect(await notice.getByRole('status').textContent()).not.toMatch(/left/)
    await bob.messageField.press('Enter')
    expect(await bob.page.getByRole('button', { name: 'Send' }).isDisabled()).toBe(true)
    expect(await bob.messageField.inputValue()).toBe('And buy these')
    expect(await bob.rows('And buy these').count()).toBe(0)

    await card.getByRole('button', { name: 'Undo' }).click()
    await card.getByText(`${bob.name} is not muted any more.`).waitFor()
    await notice.getByText('You are muted').first().waitFor({ state: 'hidden' })
    await bob.messageField.press('Enter')
    await olga.waitForSent('And buy these')
  })

  test('can be ended, and shows the error where the role has changed', async () => {
    harness.expectConsoleError(/^Failed to load resource: .* 403 /)
    const [olga, bob] = await Promise.all([logInOwner(), newMember('Bob')])
    const carol = await newMember('Carol')
    await asOperator('PUT', `/admin/users/${carol.account.id}/role`, { role: 'moderator' })
    const card = await openCard(olga, bob.name)
    await card.getByRole('button', { name: `Mute ${bob.name}: For good` }).click()
    await card.getByText('Muted for good.', { exact: true }).waitFor()
    await bob.page.getByText('You are muted for good.').first().waitFor()
    await card.getByRole('button', { name: 'End mute' }).click()
    await bob.page.getByText('You are muted for good.').first().waitFor({ state: 'hidden' })

    const carols = await openCard(carol, bob.name)
    await carol.page.route('**/mute', (route) =>
      route.fulfill({
        status: 403,
        contentType: 'application/problem+json',
        body: JSON.stringify({ code: 'forbidden', detail: 'Your role does not allow this.' }),
      }),
    )
    await carols.getByRole('button', { name: `Mute ${bob.name}: 1 hour` }).click()
    await carols.getByRole('alert').getByText('Your role does not allow this.').waitFor()
  })
})

test('a ban closes the page of that person with a notice, and the account stays reachable', async () => {
  harness.expectConsoleError(/40[13]|WebSocket/)
  const [olga, bob] = await Promise.all([logInOwner(), newMember('Bob')])
  const card = await openCard(olga, bob.name)
  await card.getByLabel(/^Reason for/).fill('Enough')
  await card.getByRole('button', { name: `Ban ${bob.name}: 1 hour` }).click()
  await card.getByText(`${bob.name} is banned until`).waitFor()

  const bar = bob.connectionBar
  await bar.getByText(/You are banned from this room until .*\. Reason: Enough/).waitFor()
  await bar.getByText(/You can return in \d+ min/).waitFor()
  expect(await bob.messageField.getAttribute('readonly')).toBe('')
  await bob.page.reload()
  await bar.getByText(/You are banned from this room until .*\. Reason: Enough/).waitFor()
  expect(await bob.page.locator('.skeleton').isVisible()).toBe(false)

  await bob.page.getByRole('button', { name: 'Your account' }).click()
  await bob.page.getByRole('button', { name: 'Account and sessions' }).click()
  const downloaded = bob.page.waitForEvent('download')
  await bob.page.getByRole('button', { name: 'Download' }).click()
  await downloaded
  await bob.page.keyboard.press('Escape')

  await card.getByRole('button', { name: 'Undo' }).click()
  await card.getByText(`${bob.name} is not banned any more.`).waitFor()
  await bar.getByRole('button', { name: 'Try again' }).click()
  await bob.waitUntilOnline()
  await bob.say('I am back')
})

test('a purge removes messages after a question, and is one line for everyone', async () => {
  const [olga, bob, eve] = await Promise.all([logInOwner(), newMember('Bob'), newMember('Eve')])
  await eve.say('Before the flood')
  const flood = ['Flood 1', 'Flood 2', 'Flood 3']
  await bob.say(...flood)
  await eve.say('After the flood')
  await olga.waitForSent(...flood, 'After the flood')
  const card = await openCard(olga, bob.name)
  await card.getByRole('button', { name: /Delete messages of .*: Last hour/ }).click()
  await olga.page.getByRole('button', { name: 'Keep them' }).click()
  expect(await olga.textsShown(flood)).toEqual(flood)
  await card.getByRole('button', { name: /Delete messages of .*: Last hour/ }).click()
  await olga.page.getByRole('button', { name: 'Delete messages', exact: true }).click()
  await card.getByText('3 messages are deleted.').waitFor()
  for (const user of [olga, bob, eve]) {
    await user.list.getByText('3 messages were removed by a moderator').waitFor()
    expect(await user.list.locator('.purged').count()).toBe(1)
    expect(await user.textsShown([...flood, 'Before the flood', 'After the flood'])).toEqual([
      'Before the flood',
      'After the flood',
    ])
  }
})

test('a member reports a message with a reason, and learns that it was sent', async () => {
  const [bob, eve] = await Promise.all([newMember('Bob'), newMember('Eve')])
  await bob.say('You are all fools')
  await eve.waitForSent('You are all fools')
  const menu = await openMenu(eve, 'You are all fools')
  expect(await menu.locator('> button').allTextContents()).toEqual([
    ...['Copy text', 'Copy link', 'Report message…'],
  ])
  await menu.getByRole('button', { name: 'Report message' }).click()
  const dialog = eve.page.getByRole('dialog', { name: 'Report the message of' })
  await dialog.getByText('Only moderators learn that you reported.').waitFor()
  const reason = dialog.getByLabel('Reason (optional)')
  await reason.fill('x'.repeat(201))
  await dialog.getByRole('button', { name: 'Report' }).click()
  await dialog.getByText('The reason has 1 too many characters.').waitFor()
  await reason.fill('An insult')
  await reason.press('Enter')
  await dialog.getByText('Thank you. The moderators see your report.').waitFor()
  await eve.page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(
    await isFocused(eve.rows('You are all fools').getByRole('button', { name: 'More actions' })),
  ).toBe(true)

  const { reports } = (await asOperator('GET', '/admin/reports')) as {
    reports: { reason: string; message: { content: string } }[]
  }
  expect(reports[0]).toMatchObject({
    reason: 'An insult',
    message: { content: 'You are all fools' },
  })
})

test('a moderator deletes the message of another person after a question', async () => {
  const [olga, bob] = await Promise.all([logInOwner(), newMember('Bob')])
  await bob.say('Not nice')
  await olga.waitForSent('Not nice')
  const menu = await openMenu(olga, 'Not nice')
  await menu.getByRole('button', { name: 'Delete message' }).click()
  await olga.page.getByRole('button', { name: 'Delete', exact: true }).click()
  for (const user of [olga, bob]) await user.rows('Not nice').waitFor({ state: 'detached' })
})

test('a pin shows to everyone, leads to its message, and can be unpinned', async () => {
  const [olga, bob] = await Promise.all([logInOwner(), newMember('Bob')])
  const other = await logInOwner()
  await bob.say('The rules of the house')
  await olga.waitForSent('The rules of the house')
  const menu = await openMenu(olga, 'The rules of the house')
  await menu.getByRole('button', { name: 'Pin message' }).click()
  for (const user of [olga, other, bob])
    await user.page.getByRole('button', { name: /^Pinned: .*The rules of the house/ }).waitFor()

  await bob.say(...Array.from({ length: 4 }, (_, i) => `${i} ${'\nA line.'.repeat(15)}`))
  await bob.page.getByRole('button', { name: /^Pinned: / }).click()
  const pins = bob.page.getByRole('list', { name: 'Pinned messages' })
  expect(await pins.getByRole('button', { name: 'Unpin' }).count()).toBe(0)
  await pins.getByRole('button', { name: /The rules of the house/ }).click()
  const row = bob.rows('The rules of the house')
  await row.and(bob.page.locator('[data-revealed]')).waitFor()
  expect(await isFocused(row.locator('.content'))).toBe(true)

  await olga.page.getByRole('button', { name: /^Pinned: / }).click()
  await olga.page.getByRole('button', { name: 'Unpin', exact: true }).click()
  for (const user of [olga, other, bob])
    await user.page.getByRole('button', { name: /^Pinned: / }).waitFor({ state: 'hidden' })
})

test('an announcement and the limits of writing reach everyone', async () => {
  const [olga, bob] = await Promise.all([logInOwner(), newMember('Bob')])
  const change = (body: object) => asOperator('PATCH', '/admin/room', body)
  await change({
    announcement: 'Welcome! The rules: https://example.com/rules',
    slow_mode_ms: 60_000,
  })
  const region = bob.page.getByRole('region', { name: 'Announcement' })
  await region.getByRole('link', { name: 'https://example.com/rules' }).waitFor()
  await bob.page.getByText('Slow mode: one message every 60 s').waitFor()
  await bob.say('My first word')
  await bob.page.getByText(/Slow mode: next message in (60|59|58|57) s/).waitFor()
  expect(await olga.page.locator('.composer').getByText('Slow mode').count()).toBe(0)

  await change({ announcement: null, slow_mode_ms: 0, posting: 'moderators' })
  await bob.page.getByText('Only moderators may write right now.').first().waitFor()
  await region.waitFor({ state: 'hidden' })
  await olga.say('Silence, please')
  await change({ posting: 'everyone' })
  await bob.page.getByText('Only moderators may write').first().waitFor({ state: 'hidden' })
  await bob.say('Thank you')
})

test('the bars move neither the end of the list nor the visible rows', async () => {
  const bob = await newMember('Bob')
  const texts = Array.from({ length: 5 }, (_, i) => `Long text ${i} ${'\nA line.'.repeat(20)}`)
  // The first ones are not in the document any more when the last one is sent.
  await bob.send(...texts)
  await bob.waitForSent(texts.at(-1) ?? '')
  const announce = async (announcement: string | null) => {
    await asOperator('PATCH', '/admin/room', { announcement })
    const state = announcement === null ? 'hidden' : 'visible'
    await bob.page.getByRole('region', { name: 'Announcement' }).waitFor({ state })
    await bob.page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))')
  }
  const scroller = `document.querySelector('.scroller')`
  const fromEnd = () =>
    bob.page.evaluate(`(({ scrollHeight, clientHeight, scrollTop }) =>
      Math.abs(scrollHeight - clientHeight - scrollTop))(${scroller})`)
  const topOf = (text: string) =>
    bob.page.evaluate(`[...document.querySelectorAll('.content')]
      .find(({ textContent }) => textContent.startsWith('${text}'))
      .getBoundingClientRect().top - ${scroller}.getBoundingClientRect().top`) as Promise<number>

  for (const announcement of ['Good morning', `${'It is long. '.repeat(30)}`, null]) {
    await announce(announcement)
    expect(await fromEnd()).toBeLessThanOrEqual(1)
  }
  await bob.page.evaluate(`${scroller}.scrollTop -= 700`)
  await bob.page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done)))')
  const before = await topOf('Long text 3')
  for (const announcement of ['Good morning', null]) {
    await announce(announcement)
    expect(Math.abs((await topOf('Long text 3')) - before)).toBeLessThanOrEqual(1)
  }
})

test('an owner makes a moderator, whose badge everyone sees', async () => {
  const [olga, bob] = await Promise.all([logInOwner(), newMember('Bob')])
  await bob.say('I can help')
  await olga.waitForSent('I can help')
  const row = olga.rows('I can help')
  await row.getByRole('button', { name: bob.name }).press('Enter')
  const card = cardOf(olga, bob.name)
  await card.getByRole('button', { name: 'Make moderator' }).click()
  await card.getByText(`${bob.name} is a moderator.`).waitFor()
  await card.getByRole('button', { name: 'Remove moderator' }).waitFor()
  await row.getByText('Moderator', { exact: true }).waitFor()
  await bob.onlineUser(bob.name).getByText('Moderator', { exact: true }).waitFor()
  await bob.onlineUser(owner.username).getByText('Owner', { exact: true }).waitFor()
  await olga.page.keyboard.press('Escape')
  expect(await isFocused(row.getByRole('button', { name: bob.name }))).toBe(true)
  // A moderator cannot act on an owner.
  const olgas = await openCard(bob, owner.username)
  expect(await olgas.getByRole('button').allTextContents()).toEqual([''])
})

/** The rules of WCAG and of good practice that the page violates, with the elements. */
async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`)
}

const isOverflowing = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth > innerWidth')

describe.each(devices)('on a $size, $scheme', (device) => {
  const picture = (page: Page, name: string) =>
    page.screenshot({
      path: join(inject('results'), `${name}-${device.size}-${device.scheme}.png`),
      animations: 'disabled',
    })

  test('the bars, the card and the report follow the accessibility rules', async () => {
    const bob = await newMember('Bob')
    const text = `Please read this on a ${device.size}, ${device.scheme}`
    await bob.say(text, `And this on a ${device.size}, ${device.scheme}`)
    const olga = await logInOwner({ device, bypassCSP: true })
    const { page } = olga
    await asOperator('PATCH', '/admin/room', {
      announcement: `Welcome to our room. ${'Be kind to each other. '.repeat(12)}https://example.com/rules`,
      slow_mode_ms: 5_000,
    })
    const { messages } = (await call(testService().port, 'GET', '/messages?limit=2', {})).body as {
      messages: { id: string }[]
    }
    for (const { id } of messages) await asOperator('PUT', `/admin/room/pins/${id}`)
    await page.getByRole('button', { name: 'Show all', exact: true }).waitFor()
    await picture(page, 'moderation-bars')
    expect(await violationsOf(page)).toEqual([])

    await page.getByRole('button', { name: /^Pinned: / }).click()
    await page.getByRole('list', { name: 'Pinned messages' }).waitFor()
    await picture(page, 'moderation-pins')
    expect(await violationsOf(page)).toEqual([])
    await page.keyboard.press('Escape')

    await olga.rows(text).getByRole('button', { name: bob.name }).click()
    const card = cardOf(olga, bob.name)
    await card.getByText('Here since').waitFor()
    await card.getByRole('button', { name: `Mute ${bob.name}: 1 day` }).click()
    await card.getByRole('button', { name: 'End mute' }).waitFor()
    await picture(page, 'moderation-card')
    expect(await violationsOf(page)).toEqual([])
    for (const width of [320, 390, 1280]) {
      await page.setViewportSize({ width, height: 800 })
      expect(await isOverflowing(page)).toBe(false)
    }
  })
})
