import { expect, test } from 'vitest'
import { Tokens } from '../../src/contract/routes/sessions.ts'
import { answer, callWith, post, refusal } from './answers.ts'
import { own, renew, setCookie, withCookie } from './cookies.ts'

test('TAB-9 the services of two ports of one machine have a cookie each', async () => {
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
  expect((await renew({ cookie, ...own })).status).toBe(200)
})
