import { expect, inject, test } from 'vitest'
import { registerAccount, uniqueName } from './accounts.ts'
import { insertArchivedMessages } from './archived-messages.ts'
import type { ChatPage } from './chat-page.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()
const focused = 'document.activeElement.textContent'

const openSearch = ({ page }: ChatPage) =>
  page.getByRole('button', { name: 'Search', exact: true }).click()
const term = ({ page }: ChatPage) => page.getByRole('searchbox', { name: 'Search messages' })
const hits = ({ page }: ChatPage) =>
  page.getByRole('list', { name: 'Found messages' }).getByRole('listitem')
const status = ({ page }: ChatPage) => page.locator('.search-status')

/** A name that only this test has. */
const rare = (word: string) => `${word}${Math.random().toString(36).slice(2, 8)}`

test('a search finds old and new messages, marks the term, and jumps to them', async () => {
  const homer = await registerAccount(inject('port'), uniqueName('Homer'))
  const word = rare('Nausicaä')
  const from = Date.now() - 86_400_000
  const lines = Array.from({ length: 200 }, (_, index) => `Line ${index + 1} of ${word}’s song`)
  lines[10] = `An old word: ${word.toUpperCase()}!`
  const texts = lines.map((text, index) => (index === 10 ? text : text.replace(word, 'a')))
  const old = texts.map((content, i) => ({ user_id: homer.id, content, at: from + i * 60_000 }))
  await insertArchivedMessages(inject('dataDir'), old)
  const [ada, bob] = await Promise.all([
    harness.newUser('Ada'),
    harness.newUser('Bob', { device: { size: 'phone', scheme: 'dark' } }),
  ])
  await ada.say(`A new word: ${word}`)
  await ada.say(`Bob hears of @${bob.name}`)

  await openSearch(ada)
  expect(await ada.page.evaluate('document.activeElement.id')).toBe('search-term')
  await term(ada).fill(word.slice(0, 2))
  await status(ada).getByText('Type at least 3 characters.').waitFor()
  await term(ada).fill(word)
  await ada.page.keyboard.press('Enter')
  await status(ada).getByText('2 messages').waitFor()
  expect(await hits(ada).locator('mark').allTextContents()).toEqual([word, word.toUpperCase()])
  await hits(ada).nth(1).getByRole('button').click()
  await expect.poll(() => ada.page.evaluate(focused)).toBe(lines[10])
  // The panel stays, so that the next result can be opened.
  await hits(ada).first().getByRole('button').click()
  await expect.poll(() => ada.page.evaluate(focused)).toBe(`A new word: ${word}`)

  await ada.page.getByLabel('From').selectOption({ label: ada.name })
  await status(ada).getByText('1 message').waitFor()
  await term(ada).fill(rare('Absent'))
  // Without Enter, it starts after a pause.
  await status(ada).getByText('Nothing found.').waitFor()
  await term(ada).press('Escape')
  await term(ada).waitFor({ state: 'hidden' })
  expect(await ada.page.evaluate('document.activeElement.ariaLabel')).toBe('Search')

  // On a phone, the search fills the screen, and leaves it for the message.
  await openSearch(bob)
  await hits(bob).getByText(`@${bob.name}`).waitFor()
  await term(bob).fill(word)
  await status(bob).getByText('2 messages').waitFor()
  await hits(bob).nth(1).getByRole('button').tap()
  await expect.poll(() => bob.page.evaluate(focused)).toBe(lines[10])
  expect(await term(bob).isVisible()).toBe(false)
})

test.each([
  [
    'rate_limited',
    429,
    { retry_after: 40 },
    'Too many searches. This one will start again by itself.',
  ],
  ['unavailable', 503, {}, 'Search is not available right now. Try again in a moment.'],
])('a search that fails with %s says so, and can be repeated', async (code, status, more, text) => {
  harness.expectConsoleError(/^Failed to load resource: .* (429|503) /)
  const ada = await harness.newUser('Ada')
  await openSearch(ada)
  const answer = {
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({
      code,
      detail: 'No.',
      status,
      title: 'No',
      type: 'about:blank',
      ...more,
    }),
  }
  await ada.page.route('**/messages/search?*', (route) => route.fulfill(answer))
  await term(ada).fill('anything')
  await ada.page.keyboard.press('Enter')
  await ada.page.locator('.search-status').getByText(text).waitFor()
  await ada.page.unroute('**/messages/search?*')
  await term(ada).fill(rare('Nothing'))
  await ada.page.keyboard.press('Enter')
  await ada.page.locator('.search-status').getByText('Nothing found.').waitFor()
})

test('a search that came too soon, or got no answer, is repeated', async () => {
  harness.expectConsoleError(/^Failed to load resource: /)
  const ada = await harness.newUser('Ada')
  const word = rare('Soon')
  await ada.say(word)
  await openSearch(ada)
  const body = JSON.stringify({ code: 'rate_limited', detail: 'No.', retry_after: 3 })
  const contentType = 'application/problem+json'
  await ada.page.route(
    '**/messages/search?*',
    (route) => route.fulfill({ status: 429, contentType, body }),
    { times: 1 },
  )
  await term(ada).fill(word)
  await ada.page.keyboard.press('Enter')
  for (const seconds of [3, 2, 1]) await ada.page.getByText(`Starts in ${seconds} s.`).waitFor()
  await status(ada).getByText('1 message').waitFor()

  await ada.page.route('**/messages/search?*', (route) => route.abort())
  await term(ada).fill(`${word} `.slice(0, -2))
  await ada.page.keyboard.press('Enter')
  await status(ada).getByText('The service did not answer.').waitFor()
  await ada.page.unroute('**/messages/search?*')
  await ada.page.getByRole('button', { name: 'Try again' }).click()
  await status(ada).getByText('1 message').waitFor()
  expect(await ada.page.evaluate('document.activeElement.id')).toBe('search-term')
})
