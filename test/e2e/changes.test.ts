import { expect, test } from 'vitest'
import { useStage } from './stage.ts'

const stage = useStage()

test('an edit is read by the other, who sees that there was one', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  await ada.say('We meet at tenn')
  await bob.sees('We meet at tenn')
  await ada.rows('We meet at tenn').hover()
  await ada.page.getByRole('button', { name: 'Edit message' }).click()
  const editor = ada.editor
  expect(await editor.inputValue()).toBe('We meet at tenn')
  await editor.fill('We meet at ten')
  await editor.press('Enter')
  for (const person of [ada, bob]) {
    await person.sees('We meet at ten')
    await person.rows('We meet at ten').getByText('edited').waitFor()
    expect(await person.rows('We meet at tenn').count()).toBe(0)
  }
})

test('only one’s own messages can be changed', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  await ada.say('This is mine')
  await bob.sees('This is mine')
  expect(await ada.rows('This is mine').getByRole('button', { name: 'message' }).count()).toBe(2)
  expect(await bob.rows('This is mine').getByRole('button').count()).toBe(0)
})

test('a deleted message goes from both screens, once it can no longer be undone', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  await ada.say('Forget this', 'Remember this')
  await bob.sees('Forget this', 'Remember this')
  await ada.stopTime()
  await ada.rows('Forget this').hover()
  await ada.rows('Forget this').getByRole('button', { name: 'Delete message' }).click()
  await ada.page.getByRole('button', { name: 'Undo' }).waitFor()
  await ada.page.clock.runFor(4_000)
  await bob.sees('Forget this')
  await ada.page.clock.runFor(1_000)
  await bob.rows('Forget this').waitFor({ state: 'detached' })
  await ada.page.locator('[data-mode="undoable"], [data-mode="leaving"]').waitFor({
    state: 'detached',
  })
  for (const person of [ada, bob])
    expect(await person.seen(['Forget this', 'Remember this'])).toEqual(['Remember this'])
})

test('a deletion that was undone never reaches the room', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  const deletions: string[] = []
  ada.page.on('request', (request) => {
    if (request.method() === 'DELETE') deletions.push(request.url())
  })
  await ada.stopTime()
  await ada.say('Keep this after all')
  await bob.sees('Keep this after all')
  await ada.rows('Keep this after all').hover()
  await ada.page.getByRole('button', { name: 'Delete message' }).click()
  await ada.page.getByRole('button', { name: 'Undo' }).click()
  await ada.sees('Keep this after all')
  await ada.page.clock.runFor(10_000)
  await ada.say('It stays')
  await bob.sees('It stays', 'Keep this after all')
  expect(deletions).toEqual([])
})
