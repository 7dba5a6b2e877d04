import type { WebSocketRoute } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import type { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()
const offlineText = 'You are offline. Your messages will be sent later.'

test('messages around an offline time are neither lost nor doubled', async () => {
  harness.expectConsoleError(/ERR_INTERNET_DISCONNECTED/)
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  await bob.page.clock.install()
  await bob.reload()
  await ada.send('Before the tunnel')
  await bob.waitForSent('Before the tunnel')
  await bob.context.setOffline(true)
  await expect.poll(() => bob.page.evaluate('navigator.onLine')).toBe(false)
  // After 10 s without a pong, the client gives the connection up.
  await bob.page.clock.fastForward(10_000)
  await bob.page.locator('.bar[data-state="offline"][data-shown]').waitFor()
  await bob.send('In the tunnel, one', 'In the tunnel, two')
  expect(await bob.rows('In the tunnel, two').getAttribute('data-state')).toBe('sending')
  await ada.say('Outside, one', 'Outside, two')
  expect(await ada.rows('In the tunnel, one').count()).toBe(0)

  await bob.context.setOffline(false)
  await bob.waitUntilOnline()
  const inTunnel = ['In the tunnel, one', 'In the tunnel, two']
  const said = ['Before the tunnel', 'Outside, one', 'Outside, two', ...inTunnel]
  for (const user of [ada, bob]) {
    await user.waitForSent(...said)
    expect(await user.textsShown(said)).toEqual(said)
  }
})

/** A room that can close the socket of this page, and refuse others, until it is restored. */
async function interruptible({ page }: ChatPage) {
  const sockets: WebSocketRoute[] = []
  let away = false
  await page.addInitScript('Math.random = () => 0.999')
  await page.routeWebSocket(/\/ws\/chat/, (socket) => {
    if (away) return void socket.close({ code: 1012 })
    socket.connectToServer()
    sockets.push(socket)
  })
  return {
    async interrupt() {
      away = true
      await sockets.at(-1)?.close({ code: 1012 })
      await page.locator('.bar[data-state="reconnecting"]').waitFor({ state: 'attached' })
    },
    restore() {
      away = false
    },
  }
}

describe('the connection bar', () => {
  /** Makes the browser report this, while the connection stays open. */
  const reportNetwork = ({ page }: ChatPage, network: 'online' | 'offline') =>
    page.evaluate(`{
      Object.defineProperty(navigator, 'onLine', { value: ${network === 'online'}, configurable: true })
      dispatchEvent(new Event('${network}'))
    }`)

  test('shows at once that the browser is offline, and that the presence is old', async () => {
    const ada = await harness.newUser('Ada')
    await ada.pauseClock()
    await ada.page.getByRole('heading', { name: 'Online now' }).waitFor()
    await reportNetwork(ada, 'offline')
    await ada.connectionBar.getByText(offlineText).waitFor()
    await ada.page.getByRole('heading', { name: 'Last seen online' }).waitFor()
    await reportNetwork(ada, 'online')
    await ada.waitUntilOnline()
    await ada.page.getByRole('heading', { name: 'Online now' }).waitFor()
  })

  test('trusts a connection that answers more than the browser', async () => {
    const ada = await harness.newUser('Ada')
    await ada.pauseClock()
    const pongs: string[] = []
    await ada.page.routeWebSocket(/\/ws\/chat/, (socket) => {
      socket.connectToServer().onMessage((text) => {
        if (String(text).includes('"pong"')) pongs.push(String(text))
        socket.send(text)
      })
    })
    await ada.reload()
    await expect.poll(() => pongs.length).toBeGreaterThan(0)
    const before = pongs.length
    await reportNetwork(ada, 'offline')
    await ada.connectionBar.getByText(offlineText).waitFor()
    await expect.poll(() => pongs.length).toBeGreaterThan(before)
    await ada.page.clock.runFor(13_000)
    await ada.waitUntilOnline()
  })

  test('offers to connect now, which starts an attempt at once', async () => {
    const ada = await harness.newUser('Ada')
    const room = await interruptible(ada)
    await ada.pauseClock()
    await room.interrupt()
    const offer = ada.page.getByRole('button', { name: 'Try now' })
    await expect
      .poll(async () => {
        if (!(await offer.isVisible())) await ada.page.clock.runFor(500)
        return offer.isVisible()
      })
      .toBe(true)
    room.restore()
    await offer.click()
    await ada.waitUntilOnline()
  })
})

test('a screen reader announces a lost connection once, without its countdown, and once of the reconnect', async () => {
  const ada = await harness.newUser('Ada')
  const room = await interruptible(ada)
  await ada.pauseClock()
  await ada.page.evaluate(`{
    window.announced = []
    const regions = document.querySelectorAll('[role="status"], [role="alert"]')
    const listen = new MutationObserver((changes) => {
      const region = changes[0].target.parentElement.closest('[role]') ?? changes[0].target
      announced.push(region.textContent)
    })
    for (const region of regions)
      listen.observe(region, { childList: true, characterData: true, subtree: true })
  }`)
  await room.interrupt()
  const seconds = new Set<string>()
  await expect
    .poll(async () => {
      await ada.page.clock.runFor(500)
      const [second] =
        /Next attempt in \d+ s/.exec((await ada.connectionBar.textContent()) ?? '') ?? []
      if (second) seconds.add(second)
      return seconds.size
    })
    .toBeGreaterThan(2)
  expect(await ada.page.evaluate('announced')).toEqual(['Reconnecting…'])
  room.restore()
  await ada.page.getByRole('button', { name: 'Try now' }).click()
  await ada.waitUntilOnline()
  expect(await ada.page.evaluate('announced')).toEqual(['Reconnecting…', 'Connected.'])
})
