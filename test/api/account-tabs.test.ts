import { expect, test } from 'vitest'
import { Tokens } from '../../src/contract/routes/sessions.ts'
import { call } from '../support/chat.ts'
import { anAddress, askRefresh, callIn, password, session } from './accounts.ts'
import { cookieName, cookieSession, own, renew, setCookie, withCookie } from './cookies.ts'
import { answer, callWith, json, post, refusal } from './responses.ts'

type Cookied = Awaited<ReturnType<typeof withCookie>>

const userOf = ({ tokens }: Pick<Cookied, 'tokens'>) => tokens.user.id
const goesOn = async ({ cookie, tokens }: Pick<Cookied, 'cookie' | 'tokens'>) => {
  expect((await callIn(tokens, 'GET', '/auth/me')).status).toBe(200)
  expect((await renew({ cookie, ...own })).status).toBe(200)
}
const hasEnded = async ({ tokens }: Pick<Cookied, 'tokens'>) =>
  refusal(await callIn(tokens, 'GET', '/auth/sessions'), 'session_ended')

/** Logs out in the tab of one account, with the cookie that the browser holds by then. */
const logOut = (tab: Pick<Cookied, 'tokens'>, cookie: string, token = tab.tokens.access_token) =>
  call(
    '/auth/logout',
    post({ user_id: userOf(tab) }, { ...own, cookie, authorization: `Bearer ${token}` }),
  )

test('TAB-1 The answers to a login and to each renewal name the user', async () => {
  const { email, tokens, cookie } = await withCookie()
  const { user } = tokens
  expect(await (await callIn(tokens, 'GET', '/auth/me')).json()).toMatchObject(user)
  expect(await answer(await renew({ cookie, ...own }), 200, Tokens)).toMatchObject({ user })
  const { refresh_token } = await session(email)
  expect(await answer(await askRefresh(refresh_token), 200, Tokens)).toMatchObject({ user })
})

test('TAB-2 The cookie of one account does not renew a tab of another account, and stays valid', async () => {
  const [ada, bob] = [await withCookie(), await withCookie()]
  const response = await renew({ cookie: bob.cookie, ...own }, { user_id: userOf(ada) })
  expect(setCookie(response)).toBeNull()
  await refusal(response, 'account_changed')
  await goesOn(bob)
})

test('TAB-3 A used cookie from a tab of another account does not end the session', async () => {
  const [ada, bob] = [await withCookie(), await withCookie()]
  const next = setCookie(await renew({ cookie: bob.cookie, ...own }))
  const newest = setCookie(await renew({ cookie: `${cookieName}=${next?.value}`, ...own }))
  const response = await renew({ cookie: bob.cookie, ...own }, { user_id: userOf(ada) })
  await refusal(response, 'account_changed')
  await goesOn({ ...bob, cookie: `${cookieName}=${newest?.value}` })
})

test('TAB-4 A later login of the same account renews an earlier tab', async () => {
  const ada = await withCookie()
  const again = await cookieSession(ada.email)
  const response = await renew({ cookie: again.cookie, ...own }, { user_id: userOf(ada) })
  const { session_id } = await answer(response, 200, Tokens)
  expect(session_id).toBe(again.tokens.session_id)
})

test('TAB-5 Logging out in one tab ends its own session and none of another account', async () => {
  const [ada, bob] = [await withCookie(), await withCookie()]
  const response = await logOut(ada, bob.cookie)
  expect([response.status, setCookie(response)]).toEqual([204, null])
  await hasEnded(ada)
  await goesOn(bob)
})

test('TAB-6 Logging out is refused if only the cookie of another account is valid', async () => {
  const [ada, bob] = [await withCookie(), await withCookie()]
  const response = await logOut(ada, bob.cookie, 'nonsense')
  expect(setCookie(response)).toBeNull()
  await refusal(response, 'account_changed')
  await goesOn(ada)
  await goesOn(bob)
})

test('TAB-7 Logging out also ends a later session of the same account in this browser', async () => {
  const ada = await withCookie()
  const again = await cookieSession(ada.email)
  const response = await logOut(ada, again.cookie)
  expect([response.status, setCookie(response)?.value]).toEqual([204, ''])
  await hasEnded(ada)
  await hasEnded(again)
  expect((await logOut(ada, again.cookie)).status).toBe(204)
})

test.each<[string, string, string, unknown]>([
  ['logging out everywhere', 'POST', '/auth/logout-all', {}],
  ['another password', 'POST', '/auth/password', { current: password, new: 'wholly other words' }],
  ['ending the account', 'DELETE', '/auth/me', { password }],
])(
  'TAB-8 Logging out everywhere, changing the password and erasing the account leave the cookie of another account: %s',
  async (_, method, path, body) => {
    const [ada, bob] = [await withCookie(), await withCookie()]
    const authorization = `Bearer ${ada.tokens.access_token}`
    const headers = { ...json, ...anAddress(), ...own, cookie: bob.cookie, authorization }
    const response = await call(path, { method, headers, body: JSON.stringify(body) })
    expect([response.status, setCookie(response)]).toEqual([204, null])
    await goesOn(bob)
  },
)

test('TAB-9 The services on two ports of one machine have separate cookies', async () => {
  const [ada, bob] = [await withCookie(), await withCookie()]
  const { cookie } = ada
  const other = 'http://localhost:8788'
  const elsewhere = { origin: other, cookie }
  const at = (path: string, headers: Record<string, string>) =>
    callWith({}, `${other}${path}`, post({}, headers))
  const response = await at('/auth/refresh', elsewhere)
  expect(setCookie(response)).toBeNull()
  await refusal(response, 'session_ended')
  const both = { ...elsewhere, cookie: `${cookie}; ${bob.cookie.replace('-80', '-8788')}` }
  const renewed = await at('/auth/refresh', both)
  expect(setCookie(renewed)?.name).toBe('refresh-8788')
  expect(await answer(renewed, 200, Tokens)).toMatchObject({ session_id: bob.tokens.session_id })
  await goesOn(ada)
})
