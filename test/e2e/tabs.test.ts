import { expect, inject, test } from 'vitest'
import { openAccount, uniqueName } from './accounts.ts'
import { useStage } from './stage.ts'
import { Visitor } from './visitor.ts'

const stage = useStage()
const accountChanged = ({ name }: Visitor) =>
  `Another account logged in in this browser. Log in to go on as ${name}.`

/** Of the socket in a tab: what the room says there, and whether it hears the tab's messages. */
type Wire = { tell(frame: object): void; end(code: number): void; hears: boolean }

async function wireOf({ page }: Visitor): Promise<Wire> {
  const wire: Wire = { tell: () => {}, end: () => {}, hears: true }
  await page.routeWebSocket(/\/ws\/chat/, (socket) => {
    const room = socket.connectToServer()
    socket.onMessage((text) => {
      if (wire.hears || !String(text).includes('send_message')) room.send(text)
    })
    wire.tell = (frame) => socket.send(JSON.stringify(frame))
    wire.end = (code) => void socket.close({ code })
  })
  return wire
}

/** Two tabs of one browser at the entrance: Ada comes in, and then Bob. */
async function twoTabs() {
  const context = await stage.openContext()
  const people: Visitor[] = []
  for (const name of ['Ada', 'Bob']) {
    const account = await openAccount(inject('port'), uniqueName(name))
    people.push(new Visitor(await context.newPage(), account))
  }
  const [ada, bob] = people as [Visitor, Visitor]
  const wire = await wireOf(ada)
  for (const { page } of people) await page.goto('/')
  for (const visitor of people) await visitor.comeIn()
  return { context, ada, bob, wire }
}

const soon = () => new Date(Date.now() + 60_000).toISOString()

test.each<[string, (wire: Wire) => void]>([
  [
    'is to be renewed',
    (wire) => wire.tell({ event: 'token_expiring', data: { token_expires_at: soon() } }),
  ],
  ['is refused', (wire) => wire.end(4401)],
])('a tab whose token %s leaves when another account has the browser', async (_, end) => {
  stage.expectComplaint(/^Failed to load resource: .* 409 .*\/auth\/refresh$/)
  const { ada, bob, wire } = await twoTabs()
  const [adas, bobs] = [`Written by ${ada.name}`, `Written by ${bob.name}`]
  wire.hears = false
  await ada.say(adas)
  await ada.field.fill('Half a sentence')
  end(wire)
  await ada.page.getByText(accountChanged(ada)).waitFor()
  await bob.say(bobs)
  await bob.sees(bobs)
  expect(await bob.rows(adas).count()).toBe(0)

  wire.hears = true
  await ada.comeIn()
  expect(await ada.field.inputValue()).toBe('Half a sentence')
  await ada.sees(adas, bobs)
  await bob.sees(adas)
  expect(await bob.rows(adas).count()).toBe(1)
  // With her name and not his: the row of another person, not one's own.
  expect(await bob.rows(adas).getAttribute('class')).not.toMatch(/\bown\b/)
})

test('a dialog of the account shows no other account, and its tab leaves', async () => {
  stage.expectComplaint(/^Failed to load resource: .* 40[19] /)
  const { ada } = await twoTabs()
  await ada.page.route('**/auth/sessions', (route) =>
    route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer old' } }),
  )
  await ada.page.getByRole('button', { name: 'Your account' }).click()
  await ada.page.getByRole('button', { name: 'Account and sessions' }).click()
  await ada.page.getByText(accountChanged(ada)).waitFor()
})

test('logging out in one tab ends no session of the other account', async () => {
  const { context, ada, bob } = await twoTabs()
  await ada.page.getByRole('button', { name: 'Your account' }).click()
  const loggedOut = ada.page.waitForResponse('**/auth/logout')
  await ada.page.getByRole('button', { name: 'Log out' }).click()
  expect((await loggedOut).status()).toBe(204)
  await ada.page.getByRole('button', { name: 'Log in', exact: true }).waitFor()
  await bob.page.reload()
  await bob.isOnline()
  await bob.page.getByRole('button', { name: `Your account: ${bob.name}` }).waitFor()
  expect((await context.cookies()).map(({ name }) => name)).toEqual([`refresh-${inject('port')}`])
})

test('a page that remembers one account never shows it with the session of another', async () => {
  stage.expectComplaint(/^Failed to load resource: .* 409 .*\/auth\/refresh$/)
  const { ada, bob } = await twoTabs()
  const { id, username } = ada.account
  // As if Bob's tab had been closed before it remembered him.
  const remembered = JSON.stringify({ id, username })
  await bob.page.evaluate((text) => localStorage.setItem('chat.visitor', text), remembered)
  await bob.page.reload()
  await bob.page.getByText(accountChanged(ada)).waitFor()
  await bob.comeIn()
  await bob.page.getByRole('button', { name: `Your account: ${bob.name}` }).waitFor()
})

test('two tabs of one account that log in one after the other both go on', async () => {
  const context = await stage.openContext()
  const account = await openAccount(inject('port'), uniqueName('Ada'))
  const tabs = [
    new Visitor(await context.newPage(), account),
    new Visitor(await context.newPage(), account),
  ] as const
  const wire = await wireOf(tabs[0])
  for (const { page } of tabs) await page.goto('/')
  for (const tab of tabs) await tab.comeIn()
  const renewed = tabs[0].page.waitForResponse('**/auth/refresh')
  wire.tell({ event: 'token_expiring', data: { token_expires_at: soon() } })
  expect((await renewed).status()).toBe(200)
  const text = `Still ${account.username}`
  await tabs[0].say(text)
  for (const tab of tabs) await tab.sees(text)
})

test('the page of a network that answers for the service ends no session', async () => {
  stage.expectComplaint(/^Failed to load resource: .* 403 /)
  const ada = await stage.enter('Ada')
  const portal = { contentType: 'text/html', body: '<h1>Welcome to the hotel</h1>' }
  const left: number[][] = []
  for (const path of ['**/auth/refresh', '**/messages?*']) {
    const statuses = [403, 200]
    left.push(statuses)
    await ada.page.route(path, (route) => {
      const status = statuses.shift()
      return status ? route.fulfill({ ...portal, status }) : route.continue()
    })
  }
  await ada.page.reload()
  await ada.isOnline()
  expect(left).toEqual([[], []])
  await ada.say(`${ada.name} is still here`)
  await ada.sees(`${ada.name} is still here`)
})

test('a tab that is suspended while it renews does not keep the others out', async () => {
  const ada = await stage.enter('Ada')
  const suspended = await ada.context.newPage()
  await suspended.goto('/health')
  await suspended.evaluate(
    `void navigator.locks.request('chat.refresh', () => new Promise(() => {}))`,
  )
  await ada.page.clock.install()
  await ada.page.reload()
  const waits = 'navigator.locks.query().then(({ pending }) => pending.length)'
  await expect.poll(() => ada.page.evaluate(waits)).toBe(1)
  await ada.page.clock.fastForward(15_000)
  await ada.isOnline()
})
