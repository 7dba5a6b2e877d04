import { expect, test } from 'vitest'
import { call } from '../harness/rest.ts'
import type { Page } from '../kit/protocol.ts'
import { useHarness } from './harness.ts'
import { useTestService } from './use-test-service.ts'

const harness = useHarness()
const testService = useTestService()

test('no message is lost or doubled when the service is killed during a conversation', async () => {
  harness.expectConsoleError(/^WebSocket connection to .* failed/)
  harness.expectConsoleError(/^Failed to load resource: net::/)
  const service = testService()
  const { port } = service
  const [ada, bob] = await Promise.all([
    harness.newUser('Ada', { port }),
    harness.newUser('Bob', { port }),
  ])
  const before = ['Ada before', 'Bob before']
  await ada.send('Ada before')
  await bob.waitForSent('Ada before')
  await bob.send('Bob before')
  await ada.waitForSent('Bob before')

  await ada.send('Ada at the very moment')
  await service.killAll()
  await ada.send('Ada meanwhile')
  await bob.send('Bob meanwhile, one', 'Bob meanwhile, two')
  for (const user of [ada, bob]) {
    await user.page.locator('.bar[data-state="reconnecting"][data-shown]').waitFor()
    expect(await user.textsShown(before)).toEqual(before)
  }
  expect(await ada.rows('Ada meanwhile').getAttribute('data-state')).toBe('sending')

  await service.start()
  for (const user of [ada, bob]) await user.waitUntilOnline()
  const meanwhile = ['Ada meanwhile', 'Bob meanwhile, one', 'Bob meanwhile, two']
  const said = [...before, 'Ada at the very moment', ...meanwhile]
  for (const user of [ada, bob]) await user.waitForSent(...said)
  await ada.send('Ada after')
  for (const user of [ada, bob]) await user.waitForSent('Ada after')

  const { body } = await call(port, 'GET', '/messages')
  const kept = (body as Page).messages.map(({ content }) => content).reverse()
  expect([...kept].sort()).toEqual([...said, 'Ada after'].sort())
  for (const user of [ada, bob]) expect(await user.textsShown(kept)).toEqual(kept)
})
