/* global Redoc */
Redoc.init('/openapi.json', { hideDownloadButton: false }, document.getElementById('viewer'))
