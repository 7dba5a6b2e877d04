/* global SwaggerUIBundle */
SwaggerUIBundle({
  url: '/openapi.json',
  domNode: document.getElementById('reader'),
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  validatorUrl: null,
})
