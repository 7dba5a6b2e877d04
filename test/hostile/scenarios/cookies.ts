// The refresh token as a cookie, and pages of other origins that try to use it.

import type { AttackRunner, ParsedAnswer, RequestOptions } from '../attack-runner.ts'
import { foreignOrigins } from '../hostile-strings.ts'
import type { Header } from '../http-call.ts'
import { expectThat, type Scenario } from './scenario.ts'

const cookieOf = (answer: ParsedAnswer | null) =>
  answer?.headers.get('set-cookie')?.[0]?.split(';')[0] ?? ''

export const foreignPages: Scenario = {
  name: 'pages of other origins',
  pauseMs: 300,
  async run(runner) {
    const { accounts, port } = runner.parts
    const { email, password } = await accounts.open('hostile')
    const own: Header = ['origin', `http://127.0.0.1:${port}`]
    const login = await runner.ask('cookie: login', 'POST', '/auth/login', {
      headers: [own],
      json: { email, password, cookie: true },
      statuses: [200],
    })
    const cookie = cookieOf(login)
    expectThat(
      runner,
      'a login with a cookie also answers a token',
      cookie !== '' && login?.json?.refresh_token === null,
      [cookie, login?.json?.refresh_token],
    )
    for (const path of ['/auth/refresh', '/auth/logout'])
      for (const headers of misuses(cookie)) await expectCookieRefused(runner, path, headers)

    const renewed = await runner.ask('cookie: renewed', 'POST', '/auth/refresh', {
      headers: [own, ['cookie', cookie]],
      json: {},
      statuses: [200],
    })
    const next = cookieOf(renewed)
    expectThat(
      runner,
      'a renewal by cookie does not set a cookie',
      next !== '' && renewed?.json?.refresh_token === null,
      [next, renewed?.json?.refresh_token],
    )
    const logouts: RequestOptions = { headers: [own, ['cookie', next]], json: {}, statuses: [204] }
    await runner.ask('cookie: logout', 'POST', '/auth/logout', logouts)
    await runner.ask('cookie: after logout', 'POST', '/auth/refresh', {
      ...logouts,
      statuses: [401],
    })
  },
}

/** The cookie from other origins, and under other names. */
function misuses(cookie: string): Header[][] {
  const [name = '', value = ''] = cookie.split(/=(.*)/)
  const renamed = [
    `${name.toUpperCase()}=${value}`,
    `x${name}=${value}`,
    `${name}=${value.slice(0, -1)}`,
    `${name}=; x=${value}`,
  ]
  const sent: Header = ['cookie', cookie]
  return [
    [sent],
    [sent, ['referer', 'https://evil.example/'], ['sec-fetch-site', 'cross-site']],
    ...[...foreignOrigins, 'null', ''].map((origin): Header[] => [['origin', origin], sent]),
    ...renamed.map((other): Header[] => [
      ['cookie', other],
      ['origin', 'http://localhost'],
    ]),
  ]
}

async function expectCookieRefused(
  runner: AttackRunner,
  path: string,
  headers: Header[],
): Promise<void> {
  const answer = await runner.ask('cookie: misused', 'POST', path, {
    headers,
    json: {},
    statuses: [401, 403],
  })
  const given = answer?.headers.get('set-cookie')?.find((cookie) => !/max-age=0/i.test(cookie))
  expectThat(runner, 'a misused cookie is renewed', given === undefined, headers)
}
