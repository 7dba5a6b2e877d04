import { expect, inject, test } from 'vitest'
import { logInToSay, registerAccount, uniqueName } from './accounts.ts'
import { insertArchivedMessages } from './archived-messages.ts'
import { useHarness } from './harness.ts'

const harness = useHarness()
const focused = 'document.activeElement.textContent'

test('a reply shows the message that it answers, which a click finds and marks', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  const question = `Where do we meet, ${bob.name}?`
  await ada.say(question)
  await bob.waitForSent(question)
  await bob.press('Reply', question)
  const bar = bob.page.locator('.reply-bar')
  await bar.getByText(`Reply to ${ada.name}: ${question}`).waitFor()
  expect(await bob.page.evaluate('document.activeElement.id')).toBe('message')
  // Escape ends the reply, and keeps the text.
  await bob.messageField.fill('At the old bridge')
  await bob.messageField.press('Escape')
  await bar.waitFor({ state: 'hidden' })
  expect(await bob.messageField.inputValue()).toBe('At the old bridge')

  await bob.press('Reply', question)
  // A reload keeps the text and what it replies to.
  await bob.reload()
  await bar.getByText(`Reply to ${ada.name}: ${question}`).waitFor()
  await bob.messageField.press('Enter')
  await ada.waitForSent('At the old bridge')
  await bar.waitFor({ state: 'hidden' })
  for (const user of [ada, bob]) {
    const quote = user.rows('At the old bridge').getByRole('button', { name: 'In reply to' })
    expect(await quote.textContent()).toBe(`In reply to ${ada.name}: ${question}`)
    await quote.click()
    await user.page.locator('[data-revealed]').getByText(question).waitFor()
    expect(await user.page.evaluate(focused)).toBe(question)
  }
})

test('a quote follows its message: it changes, and is gone with it', async () => {
  const [ada, bob] = await Promise.all([harness.newUser('Ada'), harness.newUser('Bob')])
  const [said, better] = [`A first word of ${ada.name}`, `A better word of ${ada.name}`]
  await ada.say(said)
  await bob.waitForSent(said)
  const row = await bob.reply(said, `So says ${ada.name}`)
  await ada.press('Edit message', said)
  await ada.editor.fill(better)
  await ada.editor.press('Enter')
  await row.getByText(better).waitFor()

  await bob.press('Reply', better)
  await bob.messageField.fill('And again')
  await ada.press('Delete message', better)
  await ada.reload()
  await row.getByText('a message that was deleted').waitFor()
  expect(await row.getByRole('button', { name: 'In reply to' }).count()).toBe(0)
  // Nobody can reply to it any more.
  await bob.page.locator('.reply-bar').waitFor({ state: 'hidden' })
  expect(await bob.messageField.inputValue()).toBe('And again')
})

test('a link and a quote of an old message load it with its surroundings, and a button leads back', async () => {
  const author = await registerAccount(inject('port'), uniqueName('Homer'))
  const from = Date.now() - 86_400_000
  const lines = Array.from({ length: 300 }, (_, index) => `Line ${index + 1} of ${author.username}`)
  const old = lines.map((content, i) => ({ user_id: author.id, content, at: from + i * 60_000 }))
  const ids = await insertArchivedMessages(inject('dataDir'), old)
  const [before, target, after] = lines.slice(19, 22) as [string, string, string]
  const ada = await harness.openUser('Ada', { device: { size: 'phone', scheme: 'light' } })
  await ada.page.goto(`/#${ids[20]}`)
  await ada.submitLogin()
  await expect.poll(() => ada.page.evaluate(focused)).toBe(target)
  // A reload shows the newest messages.
  expect(new URL(ada.page.url()).hash).toBe('')
  await ada.rows(before).waitFor()
  await ada.rows(after).waitFor()

  await ada.rows(target).locator('.content').click()
  await ada.rows(target).getByRole('button', { name: 'Reply' }).click()
  await ada.say('I found it')
  // Sending leads back to now.
  expect(await ada.rows(target).count()).toBe(0)
  const quote = ada.rows('I found it').getByRole('button', { name: 'In reply to' })
  await quote.click()
  await expect.poll(() => ada.page.evaluate(focused)).toBe(target)

  // New messages do not move the place that is read.
  const place = await ada.rows(target).boundingBox()
  const port = inject('port')
  const speakers = await Promise.all(
    ['Bob', 'Cleo', 'Dan'].map(async (name) =>
      logInToSay(port, await registerAccount(port, uniqueName(name))),
    ),
  )
  for (let round = 1; round <= 5; round++)
    for (const say of speakers) await say(`News ${round} for ${ada.name}`)
  const way = ada.page.getByRole('button', { name: '15 new messages', exact: true })
  await way.waitFor()
  expect(await ada.rows(target).boundingBox()).toEqual(place)
  expect(await ada.rows(`News 5 for ${ada.name}`).count()).toBe(0)
  await way.click()
  await ada.rows('I found it').waitFor()
  expect(await ada.rows(`News 5 for ${ada.name}`).count()).toBe(3)
  await way.waitFor({ state: 'hidden' })
})

test('the menu of a message copies a link to it, and a link to no message says so', async () => {
  harness.expectConsoleError(/^Failed to load resource: .* 404 /)
  const ada = await harness.newUser('Ada')
  await ada.context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const text = `Said by ${ada.name}`
  await ada.say(text)
  await ada.choose('Copy link', text)
  await ada.page.getByRole('status').getByText('Link copied.').waitFor()
  const link = (await ada.page.evaluate('navigator.clipboard.readText()')) as string
  const id = await ada.rows(text).getAttribute('data-message-id')
  expect(link).toBe(new URL(`/#${id}`, ada.page.url()).href)
  await ada.page.goto(link)
  await expect.poll(() => ada.page.evaluate(focused)).toBe(text)
  await ada.page.goto(link.slice(0, -1) + (link.endsWith('0') ? '1' : '0'))
  const note = ada.page.getByRole('status').getByText('There is no such message.')
  await note.waitFor()
  // One of a time before all others leaves the list where it is, too.
  await note.waitFor({ state: 'hidden' })
  await ada.page.goto('/#01990000-0000-7000-8000-000000000000')
  await note.waitFor()
  expect(await ada.rows(text).isVisible()).toBe(true)
  expect(await ada.page.locator('.jump:visible').count()).toBe(0)
})
