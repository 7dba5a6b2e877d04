import { expect, test } from 'vitest'
import { useHarness } from './harness.ts'

const harness = useHarness()

test('a user who sends too fast sees a countdown, and the messages are sent automatically', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  const said = Array.from({ length: 8 }, (_, index) => `In a hurry, ${index + 1}`)
  await ada.send(...said)
  await ada.page.getByText(/messages waiting, next in \d+ s$/).waitFor()
  await ada.waitForSent(...said)
  await ada.page.getByText(/next (message )?in \d+ s$/).waitFor({ state: 'hidden' })
  await bob.waitForSent(...said)
  expect(await ada.textsShown(said)).toEqual(said)
  expect(await bob.textsShown(said)).toEqual(said)
})

test('the countdown ignores a change of the device’s clock', async () => {
  const ada = await harness.newUser('Ada')
  const said = Array.from({ length: 7 }, (_, index) => `Before and after, ${index + 1}`)
  await ada.send(...said)
  const countdown = ada.page.getByText(/next (message )?in \d+ s$/)
  await countdown.waitFor()
  await ada.page.evaluate('{ const now = Date.now; Date.now = () => now() - 3_600_000 }')
  await ada.send('After it')
  expect(await countdown.textContent()).toMatch(/next (message )?in [1-6] s$/)
  await ada.waitForSent(...said, 'After it')
})
