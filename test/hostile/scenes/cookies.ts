// The refresh token as a cookie, and pages of other origins that would like to use it.

import type { Asked, Heard, Stage } from '../stage.ts'
import { demand, type Scene } from './scene.ts'

const foreign = [
  'https://evil.example',
  'null',
  'http://localhost.evil.example',
  'http://127.0.0.1.evil.example:8787',
  'file://',
  '',
]

const cookieOf = (heard: Heard | null) => heard?.headers.get('set-cookie')?.[0]?.split(';')[0] ?? ''

export const foreignPages: Scene = {
  name: 'pages of other origins',
  pauseMs: 300,
  async play(stage) {
    const { people, port } = stage.parts
    const { email, password } = await people.open('hostile')
    const own: [string, string] = ['origin', `http://127.0.0.1:${port}`]
    const login = await stage.ask('cookie: login', 'POST', '/auth/login', {
      headers: [own],
      json: { email, password, cookie: true },
      statuses: [200],
    })
    const cookie = cookieOf(login)
    demand(stage, cookie !== '' && login?.json?.refresh_token === null, {
      rule: 'a cookie was asked for and did not come alone',
      where: 'POST /auth/login',
      evidence: [cookie, login?.json?.refresh_token],
    })
    for (const path of ['/auth/refresh', '/auth/logout'])
      for (const headers of wrongly(cookie)) await mustNotCount(stage, path, headers)

    const renewed = await stage.ask('cookie: renewed', 'POST', '/auth/refresh', {
      headers: [own, ['cookie', cookie]],
      json: {},
      statuses: [200],
    })
    const next = cookieOf(renewed)
    demand(stage, next !== '' && renewed?.json?.refresh_token === null, {
      rule: 'a cookie is not renewed as a cookie',
      where: 'POST /auth/refresh',
      evidence: [next, renewed?.json?.refresh_token],
    })
    const ending: Asked = { headers: [own, ['cookie', next]], json: {}, statuses: [204] }
    await stage.ask('cookie: logout', 'POST', '/auth/logout', ending)
    await stage.ask('cookie: after logout', 'POST', '/auth/refresh', { ...ending, statuses: [401] })
  },
}

/** With the cookie, but from elsewhere, or under a name that is not its own. */
function wrongly(cookie: string): [string, string][][] {
  const [name = '', value = ''] = cookie.split(/=(.*)/)
  return [
    ...foreign.map((origin): [string, string][] => [
      ['origin', origin],
      ['cookie', cookie],
    ]),
    [['cookie', cookie]],
    [
      ['cookie', cookie],
      ['referer', 'https://evil.example/'],
      ['sec-fetch-site', 'cross-site'],
    ],
    [
      ['cookie', `${name.toUpperCase()}=${value}`],
      ['origin', 'http://localhost'],
    ],
    [
      ['cookie', `x${name}=${value}`],
      ['origin', 'http://localhost'],
    ],
    [
      ['cookie', `${name}=${value.slice(0, -1)}`],
      ['origin', 'http://localhost'],
    ],
    [
      ['cookie', `${name}=; x=${value}`],
      ['origin', 'http://localhost'],
    ],
  ]
}

async function mustNotCount(
  stage: Stage,
  path: string,
  headers: [string, string][],
): Promise<void> {
  const heard = await stage.ask('cookie: misused', 'POST', path, {
    headers,
    json: {},
    statuses: [401, 403],
  })
  const given = heard?.headers.get('set-cookie')?.find((cookie) => !/max-age=0/i.test(cookie))
  demand(stage, given === undefined, {
    rule: 'a misused cookie is answered with another',
    where: `POST ${path}`,
    evidence: headers,
  })
}
