import { expect, test } from 'vitest'
import { useStage } from './stage.ts'

const stage = useStage()

test('offline and on again: nothing is lost, and nothing is there twice', async () => {
  stage.expectComplaint(/ERR_INTERNET_DISCONNECTED/)
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  await bob.page.clock.install()
  await bob.page.reload()
  await bob.isOnline()
  await ada.say('Before the tunnel')
  await bob.sees('Before the tunnel')
  await bob.context.setOffline(true)
  await expect.poll(() => bob.page.evaluate('navigator.onLine')).toBe(false)
  // So long it waits for a sign of life on the line that it had.
  await bob.page.clock.fastForward(10_000)
  await bob.page.locator('.bar[data-state="offline"][data-shown]').waitFor()
  await bob.say('In the tunnel, one', 'In the tunnel, two')
  expect(await bob.rows('In the tunnel, two').getAttribute('data-state')).toBe('sending')
  await ada.say('Outside, one', 'Outside, two')
  await ada.sees('Outside, one', 'Outside, two')
  expect(await ada.rows('In the tunnel, one').count()).toBe(0)

  await bob.context.setOffline(false)
  await bob.isOnline()
  const inTunnel = ['In the tunnel, one', 'In the tunnel, two']
  const said = ['Before the tunnel', 'Outside, one', 'Outside, two', ...inTunnel]
  for (const person of [ada, bob]) {
    await person.sees(...said)
    expect(await person.seen(said)).toEqual(said)
  }
})
