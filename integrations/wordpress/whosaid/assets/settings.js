/**
 * The button that tests the connection, on the settings page.
 */
( function ( wp ) {
	'use strict';

	const { __ } = wp.i18n;
	const button = document.getElementById( 'whosaid-test' );
	const result = document.getElementById( 'whosaid-test-result' );

	/**
	 * Shows how the test went.
	 *
	 * @param {boolean} ok      Whether the service answered.
	 * @param {string}  message For people.
	 * @param {string}  detail  For those who look for the cause.
	 */
	function show( ok, message, detail ) {
		const notice = document.createElement( 'div' );
		notice.className = `notice inline ${ ok ? 'notice-success' : 'notice-error' }`;
		for ( const text of [ message, detail ].filter( Boolean ) ) {
			const paragraph = document.createElement( 'p' );
			paragraph.textContent = text;
			notice.append( paragraph );
		}
		result.replaceChildren( notice );
	}

	button.addEventListener( 'click', async () => {
		button.disabled = true;
		result.textContent = __( 'Asking the service …', 'whosaid' );
		try {
			const { ok, message, detail } = await wp.apiFetch( {
				path: '/whosaid/v1/connection',
				method: 'POST',
			} );
			show( ok, message, detail );
		} catch ( error ) {
			show( false, error.message, '' );
		}
		button.disabled = false;
	} );
} )( window.wp );
