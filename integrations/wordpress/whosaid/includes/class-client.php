<?php
/**
 * Talks to the service.
 *
 * @package Whosaid
 */

namespace Whosaid;

use WP_Error;

defined( 'ABSPATH' ) || exit;

/**
 * Asks the service, from this server, and turns whatever goes wrong into a sentence for editors.
 *
 * Only administrators set the address, so it may be on this machine or inside the network; that is
 * why this is not wp_safe_remote_request(), which refuses such addresses. Editors choose neither
 * address nor path, redirects are not followed, and of an answer only what Answer knows is kept:
 * nobody can use WordPress to look at other services of the network.
 */
final class Client {

	const MAX_ANSWER_BYTES = 16777216;

	/**
	 * Where address, key and time limit come from.
	 *
	 * @var Settings
	 */
	private $settings;

	/**
	 * Takes where address, key and time limit come from.
	 *
	 * @param Settings $settings Where settings are kept.
	 */
	public function __construct( Settings $settings ) {
		$this->settings = $settings;
	}

	/**
	 * Returns what the service finds in a story.
	 *
	 * @param Story $story What to read.
	 * @return array|WP_Error The answer's JSON, decoded.
	 */
	public function analyze( Story $story ) {
		return $this->ask( 'POST', '/v1/analyze', $story->body() );
	}

	/**
	 * Returns what the service can do.
	 *
	 * @return array|WP_Error The answer's JSON, decoded.
	 */
	public function capabilities() {
		return $this->ask( 'GET', '/v1/capabilities' );
	}

	/**
	 * Sends one request, and waits for its answer no longer than the time limit.
	 *
	 * @param string      $method HTTP's.
	 * @param string      $path   Below the address.
	 * @param string|null $body   JSON.
	 * @return array|WP_Error
	 */
	private function ask( $method, $path, $body = null ) {
		$settings = $this->settings->all();
		if ( '' === $settings['url'] ) {
			return new WP_Error( 'not_configured', __( 'Whosaid is not set up yet: an administrator has to enter the address of the service under Settings → Whosaid.', 'whosaid' ) );
		}
		$headers = array(
			'Accept'             => 'application/json',
			'Content-Type'       => 'application/json',
			// The service drops the text once nobody waits for it.
			'X-Deadline-Seconds' => (string) $settings['timeout'],
		);
		if ( '' !== $settings['api_key'] ) {
			$headers['Authorization'] = 'Bearer ' . $settings['api_key'];
		}
		$response = wp_remote_request(
			$settings['url'] . $path,
			array(
				'method'              => $method,
				'headers'             => $headers,
				'body'                => $body,
				'timeout'             => $settings['timeout'],
				'redirection'         => 0,
				'limit_response_size' => self::MAX_ANSWER_BYTES,
				'user-agent'          => 'Whosaid for WordPress/' . VERSION,
			)
		);
		if ( is_wp_error( $response ) ) {
			return $this->explain_silence( $response, $settings['timeout'] );
		}
		$status  = wp_remote_retrieve_response_code( $response );
		$decoded = json_decode( wp_remote_retrieve_body( $response ), true );
		if ( 200 === $status && is_array( $decoded ) ) {
			return $decoded;
		}
		return $this->explain_problem( $status, is_array( $decoded ) ? $decoded : array() );
	}

	/**
	 * Says why there was no answer at all.
	 *
	 * @param WP_Error $error   WordPress's.
	 * @param int      $seconds The time limit.
	 */
	private function explain_silence( WP_Error $error, $seconds ) {
		$technical = $error->get_error_message();
		if ( 'http_request_not_executed' === $error->get_error_code() ) {
			return new WP_Error( 'blocked', __( 'WordPress is set not to open this connection: an administrator has to add the host of the service to WP_ACCESSIBLE_HOSTS in wp-config.php.', 'whosaid' ), $technical );
		}
		if ( preg_match( '/cURL error 28|timed out/i', $technical ) ) {
			/* translators: %d: seconds. */
			return new WP_Error( 'slow', sprintf( _n( 'Whosaid did not answer within %d second. Saving posts works as usual; try again later.', 'Whosaid did not answer within %d seconds. Saving posts works as usual; try again later.', $seconds, 'whosaid' ), $seconds ), $technical );
		}
		return new WP_Error( 'unreachable', __( 'Whosaid cannot be reached: the service is down, or its address is wrong. Saving posts works as usual.', 'whosaid' ), $technical );
	}

	/**
	 * Says what an answer other than 200 with JSON means.
	 *
	 * @param int|string $status  HTTP's.
	 * @param array      $problem What RFC 9457 calls problem details, if it was that.
	 */
	private function explain_problem( $status, array $problem ) {
		$known     = array(
			401 => array( 'key', __( 'Whosaid wants an API key, and there is none in Settings → Whosaid or it is not accepted. An administrator has to enter it.', 'whosaid' ) ),
			413 => array( 'too_long', __( 'This post is longer than the Whosaid service accepts.', 'whosaid' ) ),
			429 => array( 'too_many', __( 'Too many requests were sent to Whosaid. Try again in a minute.', 'whosaid' ) ),
			503 => array( 'busy', __( 'Whosaid is starting or has too much to do. Try again in a moment.', 'whosaid' ) ),
			504 => array( 'slow', __( 'Whosaid did not finish reading this post in time. Try again later.', 'whosaid' ) ),
		);
		$type      = is_string( $problem['type'] ?? null ) ? $problem['type'] : '';
		$technical = $this->quote_problem( $status, $problem );
		if ( 'urn:whosaid:problem:unsupported-language' === $type ) {
			return new WP_Error( 'language', __( 'The language of this post is not one that the Whosaid service reads.', 'whosaid' ), $technical );
		}
		// Some proxy's 503 is as good as the service's own.
		if ( isset( $known[ $status ] ) ) {
			return new WP_Error( $known[ $status ][0], $known[ $status ][1], $technical );
		}
		if ( 0 === strpos( $type, 'urn:whosaid:problem:' ) ) {
			/* translators: %s: what the service says, in English. */
			return new WP_Error( 'refused', sprintf( __( 'Whosaid answered with a problem: %s', 'whosaid' ), $technical ), $technical );
		}
		return self::explain_stranger( $technical );
	}

	/**
	 * Says that something else than Whosaid answered.
	 *
	 * @param string $technical What it said.
	 */
	public static function explain_stranger( $technical = '' ) {
		return new WP_Error( 'not_whosaid', __( 'What answers at the address in Settings → Whosaid is not a Whosaid service.', 'whosaid' ), $technical );
	}

	/**
	 * Returns the service's own words about a problem.
	 *
	 * @param int|string $status  HTTP's.
	 * @param array      $problem Problem details.
	 */
	private function quote_problem( $status, array $problem ) {
		$words = array_filter( array( $problem['title'] ?? '', $problem['detail'] ?? '', $problem['request_id'] ?? '' ), 'is_string' );
		return mb_substr( implode( ' · ', array_filter( array_merge( array( 'HTTP ' . $status ), $words ) ) ), 0, 400 );
	}
}
