import { expect, test } from 'vitest'
import { useStage } from './stage.ts'

const stage = useStage()

test('who is too fast sees a countdown, and the rest goes out by itself', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  const said = Array.from({ length: 8 }, (_, index) => `In a hurry, ${index + 1}`)
  await ada.say(...said)
  await ada.page.getByText(/waiting, next one in \d+ s$/).waitFor()
  await ada.sees(...said)
  await ada.page.getByText(/next one in \d+ s$/).waitFor({ state: 'hidden' })
  await bob.sees(...said)
  expect(await ada.seen(said)).toEqual(said)
  expect(await bob.seen(said)).toEqual(said)
})

test('the countdown goes on where the clock of the device is set back by an hour', async () => {
  const ada = await stage.enter('Ada')
  const said = Array.from({ length: 7 }, (_, index) => `Before and after, ${index + 1}`)
  await ada.say(...said)
  const countdown = ada.page.getByText(/next one in \d+ s$/)
  await countdown.waitFor()
  await ada.page.evaluate('{ const now = Date.now; Date.now = () => now() - 3_600_000 }')
  await ada.say('After it')
  expect(await countdown.textContent()).toMatch(/next one in [1-6] s$/)
  await ada.sees(...said, 'After it')
})
