// All calls, and what holds for each of them. Made once an isolate; what differs between
// requests comes in as `c.env`.

import { OpenAPIHono } from '@hono/zod-openapi'
import { Hono } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { chat } from '../contract/routes/chat.ts'
import { accountCalls } from './accounts.ts'
import { adminCalls } from './admin.ts'
import { unstored } from './bearer.ts'
import { limitBody } from './body.ts'
import { chatCall } from './chat.ts'
import { docsOf } from './docs.ts'
import { limitCallers } from './edge.ts'
import { erasureCall } from './erasure.ts'
import { exportCall } from './export.ts'
import { guardAnswer, insistOnTls } from './headers.ts'
import { loginCall } from './login.ts'
import { memberCalls } from './members.ts'
import { messageCalls } from './messages.ts'
import { declareSchemes } from './openapi.ts'
import { healthCall, readyCall } from './operation.ts'
import { operatorOnly } from './operator-key.ts'
import { answerOrigin } from './origins.ts'
import { ownAddressOnly } from './own-address.ts'
import type { Wired } from './parts.ts'
import { passwordCall } from './password-change.ts'
import { answerError, problemAnswer, refuseInvalid } from './problem.ts'
import { refreshCall } from './refresh.ts'
import { sessionCalls } from './sessions.ts'
import { ticketCall } from './tickets.ts'

const notFound = () => problemAnswer({ code: 'not_found' })

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
  app.use(guardAnswer, insistOnTls, ownAddressOnly, answerOrigin)
  // Before anything that would tell a stranger what there is.
  app.use('/admin/*', unstored, operatorOnly)
  app.use(nameMethods, limitCallers, limitBody)

  app.route('/', accountCalls)
  app.route('/', passwordCall)
  app.route('/', erasureCall)
  app.route('/', exportCall)
  app.route('/', loginCall)
  app.route('/', refreshCall)
  app.route('/', sessionCalls)
  app.route('/', memberCalls)
  app.route('/', messageCalls)
  app.route('/', healthCall)
  app.route('/', readyCall)
  app.route('/', adminCalls)
  app.route('/', ticketCall)
  app.route('/', chatCall)
  app.openAPIRegistry.registerPath(chat)
  declareSchemes(app)
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
