// All routes and the middleware in front of them. Created once per isolate; the services of a
// request arrive as `c.env`.

import { OpenAPIHono } from '@hono/zod-openapi'
import { Hono } from 'hono'
import { methodNotAllowed } from 'hono/method-not-allowed'
import { chat } from '../contract/routes/socket.ts'
import { accountRoutes } from './account/accounts.ts'
import { erasureRoutes } from './account/erasure.ts'
import { exportRoutes } from './account/export.ts'
import { passwordRoutes } from './account/password-change.ts'
import { passwordResetRoutes } from './account/password-reset.ts'
import { adminRoutes } from './admin/admin.ts'
import { requireOperator } from './admin/operator-auth.ts'
import type { AppEnv } from './app-env.ts'
import { loginRoutes } from './auth/login.ts'
import { refreshRoutes } from './auth/refresh.ts'
import { sessionRoutes } from './auth/sessions.ts'
import { mentionRoutes } from './conversation/mentions.ts'
import { searchRoutes } from './conversation/search.ts'
import { docsRoutes } from './docs/docs.ts'
import { declareSchemes } from './docs/openapi.ts'
import { healthRoutes, readinessRoutes } from './health/health.ts'
import { memberRoutes } from './members/online.ts'
import { messageRoutes } from './messages/messages.ts'
import { readMarkerRoutes } from './messages/read-markers.ts'
import { noStore } from './middleware/authentication.ts'
import { cors } from './middleware/cors.ts'
import { edgeRateLimit } from './middleware/edge-rate-limit.ts'
import { hostGuard } from './middleware/host-guard.ts'
import { bodyLimiter } from './middleware/request-body.ts'
import { securityHeaders, strictTransportSecurity } from './middleware/security-headers.ts'
import { memberModerationRoutes, operatorModerationRoutes } from './moderation/moderation.ts'
import { roomRoutes } from './moderation/room.ts'
import { errorHandler, problemResponse, validationHook } from './problem-response.ts'
import { reactionRoutes } from './reactions/reactions.ts'
import { ticketRoutes } from './socket/tickets.ts'
import { upgradeRoute } from './socket/upgrade.ts'

const notFound = () => problemResponse({ code: 'not_found' })

export function createApp() {
  const app = new OpenAPIHono<AppEnv>({ defaultHook: validationHook })
  const allowedMethods = methodNotAllowed({
    app,
    onMethodNotAllowed: (c, methods) => {
      const allow = [...methods, 'OPTIONS'].join(', ')
      if (c.req.method === 'OPTIONS') return new Response(null, { status: 204, headers: { allow } })
      return problemResponse({ code: 'method_not_allowed' }, { allow })
    },
  })

  app.onError(errorHandler)
  app.notFound(notFound)
  app.use(securityHeaders, strictTransportSecurity, hostGuard, cors)
  // This comes before any middleware that would reveal which paths exist.
  app.use('/admin/*', noStore, requireOperator)
  app.use(allowedMethods, edgeRateLimit, bodyLimiter)

  app.route('/', accountRoutes)
  app.route('/', passwordRoutes)
  app.route('/', passwordResetRoutes)
  app.route('/', erasureRoutes)
  app.route('/', exportRoutes)
  app.route('/', loginRoutes)
  app.route('/', refreshRoutes)
  app.route('/', sessionRoutes)
  app.route('/', memberRoutes)
  // Before the messages: its path is not the id of one.
  app.route('/', searchRoutes)
  app.route('/', mentionRoutes)
  app.route('/', messageRoutes)
  app.route('/', readMarkerRoutes)
  app.route('/', reactionRoutes)
  app.route('/', roomRoutes)
  app.route('/', memberModerationRoutes)
  app.route('/', operatorModerationRoutes)
  app.route('/', healthRoutes)
  app.route('/', readinessRoutes)
  app.route('/', adminRoutes)
  app.route('/', ticketRoutes)
  app.route('/', upgradeRoute)
  app.openAPIRegistry.registerPath(chat)
  declareSchemes(app)
  app.route('/', docsRoutes(app))
  return app
}

/**
 * Answers while the configuration is invalid: `/health` works, every other path is `unavailable`.
 */
export function createUnconfiguredApp() {
  const app = new Hono<AppEnv>()
  app.onError(errorHandler)
  app.notFound(() => problemResponse({ code: 'unavailable' }))
  app.use(securityHeaders)
  app.route('/', healthRoutes)
  return app
}
