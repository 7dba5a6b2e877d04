import type { Route } from 'playwright-core'
import { expect, test } from 'vitest'
import { useHarness } from './harness.ts'

const harness = useHarness()

test('an edit reaches the other user, and is marked as edited', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  await ada.send('We meet at tenn')
  await bob.waitForSent('We meet at tenn')
  await ada.press('Edit message', 'We meet at tenn')
  const editor = ada.editor
  expect(await editor.inputValue()).toBe('We meet at tenn')
  await editor.fill('We meet at ten')
  await editor.press('Enter')
  for (const user of [ada, bob]) {
    await user.waitForSent('We meet at ten')
    await user.rows('We meet at ten').getByText('edited').waitFor()
    expect(await user.rows('We meet at tenn').count()).toBe(0)
  }
})

test('only own messages have the buttons to edit and delete', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  await ada.send('This is mine')
  await bob.waitForSent('This is mine')
  expect(await ada.rows('This is mine').getByRole('button', { name: 'message' }).count()).toBe(2)
  expect(await bob.rows('This is mine').getByRole('button', { name: 'message' }).count()).toBe(0)
})

test('a deleted message disappears for both users when it can no longer be undone', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  await ada.send('Forget this', 'Remember this')
  await bob.waitForSent('Forget this', 'Remember this')
  await ada.pauseClock()
  await ada.press('Delete message', 'Forget this')
  await ada.page.getByRole('button', { name: 'Undo' }).waitFor()
  await ada.page.clock.runFor(4_000)
  await bob.waitForSent('Forget this')
  await ada.page.clock.runFor(1_000)
  await bob.rows('Forget this').waitFor({ state: 'detached' })
  await ada.page.locator('[data-mode="undoable"], [data-mode="deleting"]').waitFor({
    state: 'detached',
  })
  for (const user of [ada, bob])
    expect(await user.textsShown(['Forget this', 'Remember this'])).toEqual(['Remember this'])
})

test('a deletion is sent at once when the page is hidden, because a phone may end it then', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  await ada.send('Not seen for long')
  await bob.waitForSent('Not seen for long')
  await ada.pauseClock()
  await ada.press('Delete message', 'Not seen for long')
  await ada.page.getByRole('button', { name: 'Undo' }).waitFor()
  await ada.page.evaluate(`{
    Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true })
    document.dispatchEvent(new Event('visibilitychange'))
  }`)
  await bob.rows('Not seen for long').waitFor({ state: 'detached' })
})

test('a deletion that is undone is never sent', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  const deletions: string[] = []
  ada.page.on('request', (request) => {
    if (request.method() === 'DELETE') deletions.push(request.url())
  })
  await ada.pauseClock()
  await ada.send('Keep this after all')
  await bob.waitForSent('Keep this after all')
  await ada.press('Delete message', 'Keep this after all')
  await ada.page.getByRole('button', { name: 'Undo' }).click()
  await ada.waitForSent('Keep this after all')
  await ada.page.clock.runFor(10_000)
  await ada.send('It stays')
  await bob.waitForSent('It stays', 'Keep this after all')
  expect(deletions).toEqual([])
})

test('a message that others still see is not shown as deleted', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  await ada.send('Still to be read')
  await bob.waitForSent('Still to be read')
  await ada.pauseClock()
  const deletions: Route[] = []
  await ada.page.route(/\/messages\/[^/]+$/, (route) => void deletions.push(route))
  await ada.press('Delete message', 'Still to be read')
  const row = ada.page.locator('.row[data-mode]:not([data-mode="plain"])')
  expect(await row.locator('.deleted-bubble').textContent()).toBe(
    'Will be deleted in a moment.Undo',
  )
  await bob.waitForSent('Still to be read')
  await ada.page.clock.runFor(5_000)
  expect(await row.locator('.deleted-bubble').textContent()).toBe('Deleting…')
  await bob.waitForSent('Still to be read')
  await expect.poll(() => deletions.length).toBe(1)
  await deletions[0]?.continue()
  await row.waitFor({ state: 'detached' })
  await bob.rows('Still to be read').waitFor({ state: 'detached' })
})
