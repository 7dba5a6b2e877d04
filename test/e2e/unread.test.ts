import { expect, test } from 'vitest'
import { type Account, logInToSay, registerAccount, uniqueName } from './accounts.ts'
import { insertArchivedMessages } from './archived-messages.ts'
import { ChatPage, showsAs } from './chat-page.ts'
import { useHarness } from './harness.ts'
import { useTestService } from './use-test-service.ts'

const harness = useHarness()
const testService = useTestService()

const port = () => testService().port
const register = (name: string) => registerAccount(port(), uniqueName(name))

/** A browser whose pages are in the background until `setAttention`. */
async function background() {
  const context = await harness.openContext({ port: port() })
  await context.addInitScript(`(${showsAs})('hidden')`)
  return {
    async open(account: Account, login: 'login' | 'no login' = 'login') {
      const chatPage = new ChatPage(await context.newPage(), account)
      await chatPage.page.goto('/')
      if (login === 'login') await chatPage.submitLogin()
      return chatPage
    },
    close: () => context.close(),
  }
}

const title = ({ page }: ChatPage) => page.title()
const button = ({ page }: ChatPage, name: string) => page.getByRole('button', { name })
/** Whether the divider is above the message with this text. */
const isFirstNew = async (user: ChatPage, text: string) =>
  (await user.rows(text).locator('.divider.unread').count()) === 1

test('what is unread is the same after a reload, in a second tab, on a second device and after a restart', async () => {
  const account = await register('Ada')
  const say = await logInToSay(port(), await register('Bob'))
  const ada = await harness.logIn(account, { port: port() })
  await say('One')
  await ada.waitForSent('One')
  await ada.setAttention('hidden')
  await say('Two')
  await say('Three', [account.id])
  await expect.poll(() => title(ada)).toBe('(1) Edge Chat')

  const device = await background()
  const phone = await device.open(account)
  const tab = await device.open(account, 'no login')
  for (const user of [phone, tab]) {
    await user.waitForSent('Three')
    await expect.poll(() => title(user)).toBe('(1) Edge Chat')
    expect(await isFirstNew(user, 'Two')).toBe(true)
  }
  // One of them reads it, and all others are told.
  await tab.setAttention('visible')
  for (const user of [tab, phone, ada]) await expect.poll(() => title(user)).toBe('Edge Chat')
  expect(await isFirstNew(tab, 'Two')).toBe(true)
  await tab.setAttention('hidden')

  await say('Four', [account.id])
  await say('Five')
  for (const user of [tab, phone, ada]) await expect.poll(() => title(user)).toBe('(1) Edge Chat')
  await phone.reload()
  await expect.poll(() => title(phone)).toBe('(1) Edge Chat')
  expect(await isFirstNew(phone, 'Four')).toBe(true)

  await device.close()
  await ada.context.close()
  await testService().end()
  await testService().start()
  const later = await background()
  const again = await later.open(account)
  await again.waitForSent('Five')
  await expect.poll(() => title(again)).toBe('(1) Edge Chat')
  expect(await isFirstNew(again, 'Four')).toBe(true)
  await again.setAttention('visible')
  await expect.poll(() => title(again)).toBe('Edge Chat')
})

test('buttons lead to where the new messages begin, and count what is further down', async () => {
  const account = await register('Ada')
  const speakers = await Promise.all(
    ['Bob', 'Cleo', 'Dan', 'Eve', 'Flo', 'Gus'].map(async (name) =>
      logInToSay(port(), await register(name)),
    ),
  )
  const ada = await harness.logIn(account, { port: port() })
  await ada.say('I am away for a moment')
  await ada.setAttention('hidden')
  for (let round = 1; round <= 5; round++)
    for (const [index, say] of speakers.entries()) await say(`Round ${round}, speaker ${index}`)
  await ada.waitForSent('Round 5, speaker 5')

  // The list followed the newest message meanwhile.
  await ada.setAttention('visible')
  await button(ada, '30 new messages: go to the first one').click()
  await ada.rows('Round 1, speaker 0').locator('.divider.unread').waitFor()
  await button(ada, 'go to the first one').waitFor({ state: 'hidden' })
  await expect.poll(() => title(ada)).toBe('Edge Chat')

  const say = await logInToSay(port(), await register('Hal'))
  await say(`Are you there, ${account.username}?`, [account.id])
  await button(ada, '1 new message, 1 mentions you').waitFor()
  // It is further down.
  expect(await button(ada, 'go to the first one').count()).toBe(0)
  await expect.poll(() => title(ada)).toBe('(1) Edge Chat')
  await ada.reload()
  // The list begins where the new messages begin, and they are all visible.
  await expect.poll(() => title(ada)).toBe('Edge Chat')
  expect(await isFirstNew(ada, `Are you there, ${account.username}?`)).toBe(true)
  await ada.say('I am')
  expect(await ada.page.locator('.divider.unread').count()).toBe(0)
})

test('a message sent from an old place leads to now, and nothing there is new', async () => {
  const homer = await register('Homer')
  const from = Date.now() - 86_400_000
  const lines = Array.from({ length: 200 }, (_, index) => `Line ${index + 1} of ${homer.username}`)
  const old = lines.map((content, i) => ({ user_id: homer.id, content, at: from + i * 60_000 }))
  const ids = await insertArchivedMessages(testService().dataDir, old)
  const ada = await harness.newUser('Ada', { port: port() })
  await ada.say('I look something up')
  await ada.page.goto(`/#${ids[10]}`)
  await ada.rows(lines[10] ?? '').waitFor()
  const say = await logInToSay(port(), await register('Bob'))
  await say('News')
  await say('More news')
  await ada.page.getByRole('button', { name: '2 new messages', exact: true }).waitFor()
  await ada.say('I am back')
  await ada.rows('More news').waitFor()
  await expect.poll(() => title(ada)).toBe('Edge Chat')
  expect(await button(ada, 'go to the first one').count()).toBe(0)
})
