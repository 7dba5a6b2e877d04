// Reactions on the page: chips, the picker, who reacted, phones, and what moderators set.

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
import { type PageOptions, useHarness } from './harness.ts'
import { useTestService } from './use-test-service.ts'

const harness = useHarness()
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const testService = useTestService()
const phone = { size: 'phone', scheme: 'light' } as const
let port: number
let owner: Account

beforeAll(async () => {
  port = testService().port
  owner = await registerAccount(port, 'Olga')
  const { adminToken } = JSON.parse(
    readFileSync(join(testService().dataDir, 'secrets.json'), 'utf8'),
  )
  await rest('PUT', `/admin/users/${owner.id}/role`, adminToken, { role: 'owner' })
})

async function rest(method: string, path: string, token: string, body?: object): Promise<unknown> {
  const answer = await call(port, method, path, { token, ...(body && { body }) })
  expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300)
  return answer.body
}

async function tokenOf({ email, password }: Account): Promise<string> {
  const { body } = await call(port, 'POST', '/auth/login', { body: { email, password } })
  return (body as { access_token: string }).access_token
}

async function say(token: string, content: string): Promise<string> {
  return ((await rest('POST', '/messages', token, { content })) as { id: string }).id
}

/** An account without a page. @returns its token */
const newToken = async (name: string) => tokenOf(await registerAccount(port, uniqueName(name)))
const react = (token: string, id: string, ...reactions: string[]) =>
  rest('PUT', `/messages/${id}/reactions`, token, { reactions })

const newUser = (name: string, options: PageOptions = {}) =>
  harness.newUser(name, { port, ...options })
const chips = (user: ChatPage, text: string) => user.rows(text).locator('.chip[data-emoji]')
const chip = (user: ChatPage, text: string, emoji: string) =>
  user.rows(text).locator(`.chip[data-emoji="${emoji}"]`)
const labelOf = (element: Locator) => element.getAttribute('aria-label')
const note = ({ page }: ChatPage) => page.locator('.passing-note')
const idOf = async (user: ChatPage, text: string) =>
  (await user.rows(text).getAttribute('data-message-id')) ?? ''
const focused = ({ page }: ChatPage) => labelOf(page.locator(':focus'))

/** Frames to the page can be added, and frames of the page answered. */
async function interceptSocket(user: ChatPage, answer?: (frame: Frame) => Frame | null) {
  let toPage: WebSocketRoute | undefined
  await user.page.routeWebSocket(/\/ws\/chat/, (socket) => {
    toPage = socket
    const room = socket.connectToServer()
    socket.onMessage((text) => {
      const answered = answer?.(JSON.parse(String(text)) as Frame)
      if (answered) socket.send(JSON.stringify(answered))
      else room.send(text)
    })
  })
  await user.reload()
  return (...frames: Frame[]) => {
    for (const frame of frames) toPage?.send(JSON.stringify(frame))
  }
}
type Frame = { event: string; data: Record<string, unknown> }

test('a reaction shows at the other person, adds up, and goes away again', async () => {
  const [ada, bob] = await Promise.all([newUser('Ada'), newUser('Bob')])
  await ada.say('The first release is out')
  await bob.press('Add reaction', 'The first release is out')
  await bob.page.getByRole('button', { name: 'React with 🎉' }).click()
  await expect.poll(() => labelOf(chips(bob, 'The first release is out'))).toBe('🎉 1, you reacted')
  const adas = chip(ada, 'The first release is out', '🎉')
  expect(await labelOf(adas)).toBe('🎉 1')
  expect(await adas.getAttribute('aria-pressed')).toBe('false')

  await adas.click()
  expect(await labelOf(adas)).toBe('🎉 2, you reacted')
  expect(await adas.getAttribute('aria-pressed')).toBe('true')
  const bobs = chip(bob, 'The first release is out', '🎉')
  await expect.poll(() => labelOf(bobs)).toBe('🎉 2, you reacted')
  await bobs.click()
  expect(await labelOf(bobs)).toBe('🎉 1')
  await expect.poll(() => labelOf(adas)).toBe('🎉 1, you reacted')
  await adas.click()
  await adas.waitFor({ state: 'detached' })
  await bobs.waitFor({ state: 'detached' })

  // A reload shows the same.
  await bob.choose('React with 👍', 'The first release is out')
  await expect.poll(() => labelOf(chips(ada, 'The first release is out'))).toBe('👍 1')
  await bob.reload()
  expect(await labelOf(chips(bob, 'The first release is out'))).toBe('👍 1, you reacted')
})

test('a refusal is taken back, and says why', async () => {
  const ada = await newUser('Ada')
  await ada.say('Refuse this')
  let code = 'invalid'
  await interceptSocket(ada, ({ event, data }) => {
    if (event !== 'react') return null
    const { message_id } = data
    return { event: 'error', data: { event, message_id, code, message: 'Refused.' } }
  })
  const reactTo = async () => {
    await ada.press('Add reaction', 'Refuse this')
    await ada.page.getByRole('button', { name: 'React with 👍' }).click()
  }
  await reactTo()
  await note(ada).getByText('This room does not offer this reaction any more.').waitFor()
  expect(await chips(ada, 'Refuse this').count()).toBe(0)
  code = 'muted'
  await reactTo()
  await note(ada).getByText('You cannot react while you are muted.').waitFor()
  expect(await chips(ada, 'Refuse this').count()).toBe(0)
  code = 'not_found'
  await reactTo()
  await note(ada).getByText('The message was deleted.').waitFor()
})

test('more than ten reactions in five seconds all arrive', async () => {
  const [ada, bob] = await Promise.all([newUser('Ada'), newUser('Bob')])
  await ada.say('Click on this')
  await bob.press('Add reaction', 'Click on this')
  await bob.page.getByRole('button', { name: 'React with 👍' }).click()
  await bob.press('Add reaction', 'Click on this')
  await bob.page.getByRole('button', { name: 'React with 🎉' }).click()
  for (let click = 0; click < 12; click++) {
    await chip(bob, 'Click on this', '🎉').click()
    await bob.press('Add reaction', 'Click on this')
    await bob.page.getByRole('button', { name: 'React with 🎉' }).click()
  }
  expect(await labelOf(chip(bob, 'Click on this', '🎉'))).toBe('🎉 1, you reacted')
  await expect.poll(() => labelOf(chip(ada, 'Click on this', '🎉'))).toBe('🎉 1')
  expect(await note(bob).textContent()).toBe('')
})

test('a reaction without a connection waits, and says so', async () => {
  harness.expectConsoleError(/ERR_INTERNET_DISCONNECTED/)
  const [ada, bob] = await Promise.all([newUser('Ada'), newUser('Bob')])
  const id = await say(await tokenOf(ada.account), 'React to this later')
  let offline: WebSocketRoute | undefined
  await bob.page.routeWebSocket(/\/ws\/chat/, (socket) => {
    offline = socket
    socket.connectToServer()
  })
  await bob.reload()
  await bob.rows('React to this later').waitFor()
  await bob.context.setOffline(true)
  await offline?.close()
  await bob.page.locator('.bar[data-shown]').waitFor()
  await bob.press('Add reaction', 'React to this later')
  await bob.page.getByRole('button', { name: 'React with 👍' }).click()
  await note(bob).getByText('Your reaction will be sent later.').waitFor()
  expect(await labelOf(chips(bob, 'React to this later'))).toBe('👍 1, you reacted')
  expect(await chips(ada, 'React to this later').count()).toBe(0)
  await bob.context.setOffline(false)
  await expect.poll(() => labelOf(chips(ada, 'React to this later'))).toBe('👍 1')
  const { people } = (await rest('GET', `/messages/${id}/reactions`, '')) as { people: unknown[] }
  expect(people).toHaveLength(1)
})

test('who reacted is beside a chip, and in a list', async () => {
  const ada = await newUser('Ada')
  await ada.say('Who likes this?')
  const id = await idOf(ada, 'Who likes this?')
  const others = await Promise.all(['Bob', 'Cem', 'Dora'].map(newToken))
  await Promise.all(others.map((token) => react(token, id, '👍')))
  await react(others[0] as string, id, '👍', '🎉')
  await chip(ada, 'Who likes this?', '👍').click()
  await expect.poll(() => labelOf(chip(ada, 'Who likes this?', '👍'))).toBe('👍 4, you reacted')
  await ada.messageField.hover()
  await chip(ada, 'Who likes this?', '👍').hover()
  const tooltip = ada.page.getByRole('tooltip')
  await tooltip.waitFor()
  const said = (await tooltip.textContent())?.replaceAll(/[\u2068\u2069]/g, '')
  expect(said).toMatch(/^You, \w+ [\d.]+, \w+ [\d.]+ and \w+ [\d.]+ reacted with 👍$/)
  await ada.page.keyboard.press('Escape')
  await tooltip.waitFor({ state: 'hidden' })

  await ada.choose('Who reacted…', 'Who likes this?')
  const dialog = ada.page.getByRole('dialog', { name: 'Who reacted' })
  const people = dialog.getByRole('list', { name: 'Who reacted' }).getByRole('listitem')
  await expect.poll(() => people.count()).toBe(4)
  await dialog.getByRole('button', { name: '🎉 1' }).click()
  await expect.poll(() => people.count()).toBe(1)
  expect(await people.textContent()).toContain('👍🎉')
  await ada.page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
})

test('a long list of who reacted comes page by page', async () => {
  const ada = await newUser('Ada')
  await ada.say('Everybody likes this')
  const person = (number: number) => ({
    ...{ user_id: `u${number}`, username: `Person ${number}`, reactions: ['👍'] },
  })
  await ada.page.route(/\/messages\/[\w-]+\/reactions/, (route) => {
    const isSecond = route.request().url().includes('cursor=next')
    const people = Array.from({ length: isSecond ? 7 : 50 }, (_, index) => person(index))
    return route.fulfill({ json: { people, next_cursor: isSecond ? null : 'next' } })
  })
  const id = await idOf(ada, 'Everybody likes this')
  await react(await newToken('Bob'), id, '👍')
  await chips(ada, 'Everybody likes this').click({ button: 'right' })
  const dialog = ada.page.getByRole('dialog', { name: 'Who reacted' })
  const people = dialog.getByRole('list', { name: 'Who reacted' }).getByRole('listitem')
  await expect.poll(() => people.count()).toBe(50)
  await dialog.getByRole('button', { name: 'Show more' }).click()
  await expect.poll(() => people.count()).toBe(57)
  expect(await dialog.getByRole('button', { name: 'Show more' }).isVisible()).toBe(false)
})

test('the keyboard alone reacts, moves in the picker, and gets its place back', async () => {
  const ada = await newUser('Ada')
  await ada.say('By keyboard')
  const { keyboard } = ada.page
  const add = ada
    .rows('By keyboard')
    .locator('.actions')
    .getByRole('button', { name: 'Add reaction' })
  await add.focus()
  await keyboard.press('Enter')
  expect(await focused(ada)).toBe('React with 👍')
  await keyboard.press('ArrowRight')
  await keyboard.press('ArrowRight')
  await keyboard.press('ArrowLeft')
  expect(await focused(ada)).toBe('React with ❤️')
  await keyboard.press('Escape')
  expect(await focused(ada)).toBe('Add reaction')
  await keyboard.press('Enter')
  await keyboard.press('End')
  await keyboard.press('Enter')
  expect(await labelOf(chips(ada, 'By keyboard'))).toBe('😢 1, you reacted')
  expect(await focused(ada)).toBe('Add reaction')
  // The last chip goes, and the focus stays in the row.
  await chips(ada, 'By keyboard').focus()
  await ada.page.getByRole('tooltip').getByText('You reacted with 😢').waitFor()
  await keyboard.press('Enter')
  await chips(ada, 'By keyboard').waitFor({ state: 'detached' })
  expect(await focused(ada)).toBe('Add reaction')
})

test('a long press on a phone opens the actions, and who reacted', async () => {
  const ada = await newUser('Ada', { device: phone })
  await ada.say('Press this for long')
  const devtools = await ada.context.newCDPSession(ada.page)
  const press = async (target: Locator) => {
    const { x, y, width, height } = (await target.boundingBox()) ?? {
      x: 0,
      y: 0,
      width: 0,
      height: 0,
    }
    const touchPoints = [{ x: x + width / 2, y: y + height / 2 }]
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
    return () => devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  }
  const menu = ada.page.locator('.message-menu')
  const lift = await press(ada.rows('Press this for long').locator('.content'))
  await menu.waitFor()
  await lift()
  // The same touch neither closes the menu nor counts as a tap.
  await ada.page.evaluate('new Promise(requestAnimationFrame)')
  expect(await menu.isVisible()).toBe(true)
  await menu.getByRole('button', { name: 'React with ❤️' }).tap()
  await menu.waitFor({ state: 'hidden' })
  expect(await labelOf(chips(ada, 'Press this for long'))).toBe('❤️ 1, you reacted')

  const liftAgain = await press(chips(ada, 'Press this for long'))
  const dialog = ada.page.getByRole('dialog', { name: 'Who reacted' })
  await dialog.getByRole('listitem').getByText('You').waitFor()
  await liftAgain()
  await dialog.getByRole('button', { name: 'Close' }).tap()
  await dialog.waitFor({ state: 'hidden' })
  // It was no tap on the chip.
  expect(await labelOf(chips(ada, 'Press this for long'))).toBe('❤️ 1, you reacted')
})

test('a storm of reactions is announced once, and draws only the rows that change', async () => {
  const ada = await newUser('Ada')
  await ada.say('Look at this', 'And at nothing else')
  const id = await idOf(ada, 'Look at this')
  const inject = await interceptSocket(ada)
  await ada.rows('And at nothing else').waitFor()
  await ada.page.evaluate(`(() => {
    const watch = (name, target) => {
      window[name] = 0
      const options = { subtree: true, childList: true, characterData: true, attributes: true }
      new MutationObserver((all) => { window[name] += all.length }).observe(target, options)
    }
    const rowOf = (text) => [...document.querySelectorAll('.row')]
      .find((row) => row.querySelector('.content')?.textContent === text)
    watch('otherChanges', rowOf('And at nothing else'))
    window.announced = []
    const region = document.querySelector('[data-announces="reactions"]')
    new MutationObserver(() => announced.push(region.textContent)).observe(region, { childList: true })
  })()`)
  const counts = (count: number) => ({
    event: 'reactions_changed',
    data: { message_id: id, counts: { '👍': count }, revision: 1000 + count },
  })
  for (let second = 0; second < 2; second++) {
    for (let count = 1; count <= 40; count++) {
      inject(counts(40 * second + count))
      if (count % 10 === 0) await ada.page.evaluate('new Promise(requestAnimationFrame)')
    }
  }
  await expect.poll(() => labelOf(chips(ada, 'Look at this'))).toBe('👍 80')
  await expect
    .poll(() => ada.page.evaluate('announced'))
    .toEqual(['80 new reactions to your messages'])
  // The end of the list moves up once, by the height of the chips.
  expect(await ada.page.evaluate('otherChanges')).toBeLessThanOrEqual(2)
})

test('nothing that is read moves when reactions come above it or are new in it', async () => {
  const token = await newToken('Homer')
  const texts = Array.from(
    { length: 4 },
    (_, index) => `Part ${index}\n${'more of it\n'.repeat(9)}`,
  )
  const ids: string[] = []
  for (const text of texts) ids.push(await say(token, text))
  const tokenOfOther = await newToken('Dora')
  for (let index = 4; index < 8; index++)
    ids.push(await say(tokenOfOther, `Part ${index}\n${'more of it\n'.repeat(9)}`))
  const ada = await newUser('Ada')
  const inject = await interceptSocket(ada)
  const reading = ada.list.locator('.content', { hasText: 'Part 6' })
  await reading.scrollIntoViewIfNeeded()
  await ada.page.evaluate(`document.querySelector(".scroller").scrollBy(0, -150)`)
  await ada.page.evaluate(
    'new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))',
  )
  const topOf = async () => Math.round((await reading.boundingBox())?.y ?? Number.NaN)
  const before = await topOf()
  const isShown = async (index: number) =>
    (await ada.page.locator(`[data-message-id="${ids[index]}"] .chip`).count()) > 0
  for (const index of [2, 3, 4, 7])
    inject({
      event: 'reactions_changed',
      data: { message_id: ids[index], counts: { '👍': 1, '🎉': 2 }, revision: 1000 },
    })
  await expect.poll(() => isShown(4)).toBe(true)
  expect(await topOf()).toBe(before)
  inject({
    event: 'reactions_changed',
    data: { message_id: ids[6], counts: { '👍': 1 }, revision: 1000 },
  })
  await expect.poll(() => isShown(6)).toBe(true)
  expect(await topOf()).toBe(before)
})

test('a moderator sets the emoji, and a muted person cannot react', async () => {
  const [olga, bob] = [await harness.logIn(owner, { port }), await newUser('Bob')]
  await olga.say('React as you may')
  await olga.page.getByRole('button', { name: /^Moderation: / }).click()
  const dialog = olga.page.getByRole('dialog', { name: 'Moderation' })
  await dialog.getByRole('tab', { name: 'Room' }).click()
  const field = dialog.getByLabel('Reactions', { exact: true })
  expect(await field.inputValue()).toBe('👍 ❤️ 😂 🎉 😮 😢')
  await field.fill('👍 a')
  await dialog.getByText('“a” is no emoji.').waitFor()
  await field.fill('🚀 👍')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await dialog.getByText('Saved.').waitFor()
  await dialog.getByRole('tab', { name: 'Audit log' }).click()
  await dialog.getByText('changed the reactions to 🚀 👍').waitFor()
  await olga.page.keyboard.press('Escape')

  await bob.press('Add reaction', 'React as you may')
  await expect
    .poll(() => bob.page.locator('.reaction-picker button').allTextContents())
    .toEqual(['🚀', '👍'])
  await bob.page.getByRole('button', { name: 'React with 🚀' }).click()
  await expect.poll(() => labelOf(chips(olga, 'React as you may'))).toBe('🚀 1')

  await rest('PUT', `/users/${bob.account.id}/mute`, await tokenOf(owner), {
    ...{ until: null, reason: null },
  })
  const bobs = chip(bob, 'React as you may', '🚀')
  await expect.poll(() => bobs.getAttribute('aria-disabled')).toBe('true')
  expect(
    await bob.rows('React as you may').getByRole('button', { name: 'Add reaction' }).count(),
  ).toBe(0)
  await bobs.click({ force: true })
  await note(bob).getByText('You cannot react while you are muted.').waitFor()
  expect(await labelOf(bobs)).toBe('🚀 1, you reacted')
})

async function violationsOf(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(' ')}`)
}

describe.each(devices)('on a $size, $scheme', (device) => {
  test('reactions follow the accessibility rules, in both directions', async () => {
    const ada = await newUser('Ada', { device, bypassCSP: true })
    const { page } = ada
    const picture = (name: string) =>
      page.screenshot({
        path: join(inject('results'), `reactions-${name}-${device.size}-${device.scheme}.png`),
        animations: 'disabled',
      })
    const id = await say(await newToken('Grace'), 'Good morning! The new build is out.')
    const thanks = `Thank you, it works well on a ${device.size}, ${device.scheme}`
    await ada.say(thanks)
    const [bob, cem] = [await newToken('Bob'), await newToken('Cem')]
    const offered = ((await rest('GET', '/room', bob)) as { reactions: string[] }).reactions
    await react(bob, id, ...offered)
    await react(cem, id, ...offered.slice(0, 1))
    await react(cem, await idOf(ada, thanks), offered[0] as string)
    const row = page.locator(`[data-message-id="${id}"]`)
    await row.locator('.chip[data-emoji]').last().click()
    await expect.poll(() => page.locator('.row.own .chip').count()).toBeGreaterThan(0)
    await picture('chips')
    expect(await violationsOf(page)).toEqual([])
    for (const dir of ['ltr', 'rtl']) {
      await page.evaluate(`document.documentElement.dir = '${dir}'`)
      await row.locator('.add-chip').click({ force: true })
      await page.locator('.reaction-picker button').first().waitFor()
      await picture(`picker-${dir}`)
      expect(await violationsOf(page)).toEqual([])
      await page.keyboard.press('Escape')
    }
    await row.locator('.content').click()
    await row.getByRole('button', { name: 'More actions' }).click()
    await picture('menu')
    expect(await violationsOf(page)).toEqual([])
    await page.getByRole('button', { name: 'Who reacted…' }).click()
    await page.locator('.who-list li').first().waitFor()
    await picture('who')
    expect(await violationsOf(page)).toEqual([])
  })
})
