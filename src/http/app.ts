// All calls, and what holds for each of them. Made once an isolate; what differs between
// requests comes in as `c.env`.

import { OpenAPIHono } from '@hono/zod-openapi'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { chat } from '../contract/routes.ts'
import { limits } from '../contract/values.ts'
import { authCalls } from './auth.ts'
import { chatCall } from './chat.ts'
import { docsOf } from './docs.ts'
import { limitStrangers } from './edge.ts'
import { guardAnswer, insistOnTls } from './headers.ts'
import { memberCalls } from './members.ts'
import { messageCalls } from './messages.ts'
import { declareBearer } from './openapi.ts'
import { healthCall, readyCall } from './operation.ts'
import { answerOrigin } from './origins.ts'
import type { Wired } from './parts.ts'
import { answerError, problemAnswer, Refused, refuseInvalid } from './problem.ts'

const notFound = () => problemAnswer({ code: 'not_found' })

const limitBody = bodyLimit({
  maxSize: limits.bodyMax,
  onError: () => {
    throw new Refused({ code: 'too_large' })
  },
})

export function createApp() {
  const app = new OpenAPIHono<Wired>({ defaultHook: refuseInvalid })
  const nameMethods = methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => {
      const allow = [...methods, 'OPTIONS'].join(', ')
      if (c.req.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } })
      return problemAnswer({ code: 'method_not_allowed' }, { allow })
    },
  })

  app.onError(answerError)
  app.notFound(notFound)
  app.use(guardAnswer, insistOnTls, answerOrigin, nameMethods, limitStrangers, limitBody)

  app.route('/', authCalls)
  app.route('/', memberCalls)
  app.route('/', messageCalls)
  app.route('/', healthCall)
  app.route('/', readyCall)
  app.route('/', chatCall)
  app.openAPIRegistry.registerPath(chat)
  declareBearer(app)
  app.route('/', docsOf(app))
  return app
}

/** Answers while the configuration is wrong: it runs, and does nothing. */
export function createIdleApp() {
  const app = new Hono<Wired>()
  app.onError(answerError)
  app.notFound(() => problemAnswer({ code: 'unavailable' }))
  app.use(guardAnswer)
  app.route('/', healthCall)
  return app
}
