import { afterAll, beforeAll, expect, test } from 'vitest'
import { call, type Page } from '../faults/wire.ts'
import { type House, openHouse } from './house.ts'
import { useStage } from './stage.ts'

const stage = useStage()
let house: House

beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.close())

test('a service that is killed in mid-conversation loses and doubles nothing', async () => {
  stage.expectComplaint(/^WebSocket connection to .* failed/)
  stage.expectComplaint(/^Failed to load resource: net::/)
  const { service } = house
  const { port } = service
  const [ada, bob] = await Promise.all([stage.enter('Ada', { port }), stage.enter('Bob', { port })])
  const before = ['Ada before', 'Bob before']
  await ada.say('Ada before')
  await bob.sees('Ada before')
  await bob.say('Bob before')
  await ada.sees('Bob before')

  await ada.say('Ada at the very moment')
  await service.killAll()
  await ada.say('Ada meanwhile')
  await bob.say('Bob meanwhile, one', 'Bob meanwhile, two')
  for (const person of [ada, bob]) {
    await person.page.locator('.bar[data-state="reconnecting"][data-shown]').waitFor()
    expect(await person.seen(before)).toEqual(before)
  }
  expect(await ada.rows('Ada meanwhile').getAttribute('data-state')).toBe('sending')

  await service.start()
  for (const person of [ada, bob]) await person.isOnline()
  const meanwhile = ['Ada meanwhile', 'Bob meanwhile, one', 'Bob meanwhile, two']
  const said = [...before, 'Ada at the very moment', ...meanwhile]
  for (const person of [ada, bob]) await person.sees(...said)
  await ada.say('Ada after')
  for (const person of [ada, bob]) await person.sees('Ada after')

  const { body } = await call(port, 'GET', '/messages')
  const kept = (body as Page).messages.map(({ content }) => content).reverse()
  expect([...kept].sort()).toEqual([...said, 'Ada after'].sort())
  for (const person of [ada, bob]) expect(await person.seen(kept)).toEqual(kept)
})
