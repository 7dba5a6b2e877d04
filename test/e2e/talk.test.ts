import { expect, test } from 'vitest'
import { credentialsOf, uniqueName } from './accounts.ts'
import { useStage } from './stage.ts'
import { Visitor } from './visitor.ts'

const stage = useStage()

test('who opens an account is in the room with it', async () => {
  const page = await stage.openPage()
  const { username, email, password } = credentialsOf(uniqueName('Grace'))
  const grace = new Visitor(page, { id: '', username, email, password })
  await page.goto('/')
  await page.getByRole('button', { name: 'Create an account' }).click()
  await page.getByRole('textbox', { name: 'Username' }).fill(username)
  await page.getByRole('textbox', { name: 'Email' }).fill(email)
  await page.getByRole('textbox', { name: 'Password' }).fill(password)
  await page.getByRole('button', { name: 'Create account', exact: true }).click()
  await grace.isOnline()
  await grace.person(`${username}you`).waitFor()
  await grace.say('A first word')
  await grace.sees('A first word')
})

test('a wrong password is refused in words, and the right one then opens', async () => {
  stage.expectComplaint(/^Failed to load resource: .* 401 .*\/auth\/login$/)
  const ada = await stage.enter('Ada')
  const page = await stage.openPage()
  await page.goto('/')
  await page.getByLabel('Email').fill(ada.account.email)
  await page.getByRole('textbox', { name: 'Password' }).fill('not what it is')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('password').waitFor()
  await page.getByRole('textbox', { name: 'Password' }).fill(ada.account.password)
  await page.keyboard.press('Enter')
  await new Visitor(page, ada.account).isOnline()
})

test('two people hear each other, in one order', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  const said = ['Is anyone here?', 'I am. <b>You</b> & me.', 'مرحبا 👋🏽', 'Then let us begin.']
  const [question, answer, greeting, end] = said as [string, string, string, string]
  await ada.say(question)
  await bob.sees(question)
  await bob.say(answer, greeting)
  await ada.sees(answer, greeting)
  await ada.say(end)
  await bob.sees(end)
  await ada.sees(end)
  expect(await ada.seen(said)).toEqual(said)
  expect(await bob.seen(said)).toEqual(said)
})

test('who is typing is seen by the other, until the words are there', async () => {
  const [ada, bob] = await Promise.all([stage.enter('Ada'), stage.enter('Bob')])
  const words = 'I am thinking about it'
  await ada.field.pressSequentially(words)
  await bob.page.getByText(`${ada.name} is typing`).waitFor()
  await ada.field.press('Enter')
  await bob.sees(words)
  await bob.page.getByText(`${ada.name} is typing`).waitFor({ state: 'detached' })
  expect(await ada.page.getByText('is typing').count()).toBe(0)
})
