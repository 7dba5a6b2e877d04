import { expect, inject, test } from 'vitest'
import { type Account, registerAccount, uniqueName } from './accounts.ts'
import { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()
const accountChanged = ({ name }: ChatPage) =>
  `Another account logged in on this browser. Log in to continue as ${name}.`

/** Controls the socket of a tab: delivers frames, closes it, and can hold its messages back. */
async function controlSocket({ page }: ChatPage) {
  const socketControl = {
    deliver: (_frame: object) => {},
    close: (_code: number) => {},
    forwardsMessages: true,
  }
  await page.routeWebSocket(/\/ws\/chat/, (socket) => {
    const room = socket.connectToServer()
    socket.onMessage((text) => {
      if (socketControl.forwardsMessages || !String(text).includes('send_message')) room.send(text)
    })
    socketControl.deliver = (frame) => socket.send(JSON.stringify(frame))
    socketControl.close = (code) => void socket.close({ code })
  })
  return socketControl
}

type SocketControl = Awaited<ReturnType<typeof controlSocket>>

const register = (name: string) => registerAccount(inject('port'), uniqueName(name))

/** Two tabs of one browser, in which these accounts log in one after the other. */
async function tabsOf(first: Account, second: Account) {
  const context = await harness.openContext()
  const tabs = [
    new ChatPage(await context.newPage(), first),
    new ChatPage(await context.newPage(), second),
  ] as const
  const socketControl = await controlSocket(tabs[0])
  for (const { page } of tabs) await page.goto('/')
  for (const tab of tabs) await tab.submitLogin()
  return { context, tabs, socketControl }
}

/** Ada logs in in one tab, and then Bob in the other. */
async function twoTabs() {
  const { tabs, ...rest } = await tabsOf(await register('Ada'), await register('Bob'))
  return { ada: tabs[0], bob: tabs[1], ...rest }
}

const soon = () => new Date(Date.now() + 60_000).toISOString()

test.each<[string, (socketControl: SocketControl) => void]>([
  [
    'must be renewed',
    (socketControl) =>
      socketControl.deliver({ event: 'token_expiring', data: { token_expires_at: soon() } }),
  ],
  ['is refused', (socketControl) => socketControl.close(4401)],
])(
  'a tab whose token %s shows the login when another account logged in on the browser',
  async (_, close) => {
    harness.expectConsoleError(/^Failed to load resource: .* 409 .*\/auth\/refresh$/)
    const { ada, bob, socketControl } = await twoTabs()
    const [adas, bobs] = [`Written by ${ada.name}`, `Written by ${bob.name}`]
    socketControl.forwardsMessages = false
    await ada.send(adas)
    await ada.messageField.fill('Half a sentence')
    close(socketControl)
    await ada.page.getByText(accountChanged(ada)).waitFor()
    await bob.say(bobs)
    expect(await bob.rows(adas).count()).toBe(0)

    socketControl.forwardsMessages = true
    await ada.submitLogin()
    expect(await ada.messageField.inputValue()).toBe('Half a sentence')
    await ada.waitForSent(adas, bobs)
    await bob.waitForSent(adas)
    expect(await bob.rows(adas).count()).toBe(1)
    // Bob's page shows it as the message of another user.
    expect(await bob.rows(adas).getAttribute('class')).not.toMatch(/\bown\b/)
  },
)

test('the account dialog shows no other account: its tab shows the login', async () => {
  harness.expectConsoleError(/^Failed to load resource: .* 40[19] /)
  const { ada } = await twoTabs()
  await ada.page.route('**/auth/sessions', (route) =>
    route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer old' } }),
  )
  await ada.page.getByRole('button', { name: 'Your account' }).click()
  await ada.page.getByRole('button', { name: 'Account and sessions' }).click()
  await ada.page.getByText(accountChanged(ada)).waitFor()
})

test('a logout in one tab does not end the session of another account', async () => {
  const { context, ada, bob } = await twoTabs()
  await ada.page.getByRole('button', { name: 'Your account' }).click()
  const loggedOut = ada.page.waitForResponse('**/auth/logout')
  await ada.page.getByRole('button', { name: 'Log out' }).click()
  expect((await loggedOut).status()).toBe(204)
  await ada.page.getByRole('button', { name: 'Log in', exact: true }).waitFor()
  await bob.reload()
  await bob.page.getByRole('button', { name: `Your account: ${bob.name}` }).waitFor()
  expect((await context.cookies()).map(({ name }) => name)).toEqual([`refresh-${inject('port')}`])
})

test('a page with a stored user never uses the session of another account', async () => {
  harness.expectConsoleError(/^Failed to load resource: .* 409 .*\/auth\/refresh$/)
  const { ada, bob } = await twoTabs()
  const { id, username } = ada.account
  // As if Bob's tab had been closed before it stored his user.
  const remembered = JSON.stringify({ id, username })
  await bob.page.evaluate((text) => localStorage.setItem('chat.visitor', text), remembered)
  await bob.page.reload()
  await bob.page.getByText(accountChanged(ada)).waitFor()
  await bob.submitLogin()
  await bob.page.getByRole('button', { name: `Your account: ${bob.name}` }).waitFor()
})

test('two tabs that log in to the same account both stay connected', async () => {
  const account = await register('Ada')
  const { tabs, socketControl } = await tabsOf(account, account)
  const renewed = tabs[0].page.waitForResponse('**/auth/refresh')
  socketControl.deliver({ event: 'token_expiring', data: { token_expires_at: soon() } })
  expect((await renewed).status()).toBe(200)
  const text = `Still ${account.username}`
  await tabs[0].send(text)
  for (const tab of tabs) await tab.waitForSent(text)
})

test('the login page of a Wi-Fi network that answers in place of the service ends no session', async () => {
  harness.expectConsoleError(/^Failed to load resource: .* 403 /)
  const ada = await harness.newUser('Ada')
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
  await ada.reload()
  expect(left).toEqual([[], []])
  await ada.say(`${ada.name} is still here`)
})

test('a tab that is suspended while it renews its token does not block other tabs', async () => {
  const ada = await harness.newUser('Ada')
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
  await ada.waitUntilOnline()
})
