<?php
/**
 * What administrators set.
 *
 * @package Whosaid
 */

namespace Whosaid;

defined( 'ABSPATH' ) || exit;

/**
 * Reads, checks and stores the settings: one option, which WordPress does not load with every page.
 */
final class Settings {

	const OPTION = 'whosaid_settings';
	const GROUP  = 'whosaid';
	const TYPES  = array( 'person', 'organisation', 'place' );

	const MIN_TIMEOUT_SECONDS = 1;
	const MAX_TIMEOUT_SECONDS = 60;

	/**
	 * Returns all settings, those that nobody has set with their defaults.
	 *
	 * @return array{url: string, api_key: string, on_save: bool, timeout: int, taxonomies: array<string, string[]>}
	 */
	public function all() {
		$stored = get_option( self::OPTION, array() );
		return array_merge( self::defaults(), is_array( $stored ) ? $stored : array() );
	}

	/**
	 * Returns what holds while nothing is set.
	 */
	private static function defaults() {
		return array(
			'url'        => '',
			'api_key'    => '',
			'on_save'    => true,
			'timeout'    => 10,
			'taxonomies' => array_fill_keys( self::TYPES, array( 'post_tag' ) ),
		);
	}

	/**
	 * Tells WordPress of the option, and creates it if need be: options that options.php creates
	 * would be loaded with every page.
	 */
	public function register() {
		add_option( self::OPTION, array(), '', false );
		register_setting(
			self::GROUP,
			self::OPTION,
			array(
				'type'              => 'object',
				'sanitize_callback' => array( $this, 'sanitize' ),
				'show_in_rest'      => false,
			)
		);
	}

	/**
	 * Returns acceptable settings made of a submitted form; what is not acceptable stays as it was.
	 *
	 * WordPress may call this twice for one form, so what it returns must pass unchanged.
	 *
	 * @param mixed $input What came from the form, unslashed.
	 */
	public function sanitize( $input ) {
		$old   = $this->all();
		$input = is_array( $input ) ? $input : array();
		return array(
			'url'        => $this->sanitize_url( $input['url'] ?? '', $old['url'] ),
			'api_key'    => empty( $input['forget_key'] ) ? $this->sanitize_key( $input['api_key'] ?? '', $old['api_key'] ) : '',
			'on_save'    => ! empty( $input['on_save'] ),
			'timeout'    => $this->sanitize_timeout( $input['timeout'] ?? '', $old['timeout'] ),
			'taxonomies' => $this->sanitize_taxonomies( $input['taxonomies'] ?? array() ),
		);
	}

	/**
	 * Returns an address without its last slash, or the old one if this is none.
	 *
	 * @param mixed  $value Submitted.
	 * @param string $old   What is set now.
	 */
	private function sanitize_url( $value, $old ) {
		$url = is_string( $value ) ? trim( $value ) : '';
		if ( '' === $url ) {
			return '';
		}
		$parts    = wp_parse_url( $url );
		$surplus  = array( 'user', 'pass', 'query', 'fragment' );
		$is_plain = is_array( $parts ) && ! array_intersect_key( $parts, array_flip( $surplus ) );
		if ( ! $is_plain || empty( $parts['host'] ) || ! in_array( $parts['scheme'] ?? '', array( 'http', 'https' ), true ) ) {
			$this->complain( __( 'The address has to look like http://127.0.0.1:8000 or https://whosaid.example.org, without user name, question mark or #. The old one was kept.', 'whosaid' ) );
			return $old;
		}
		return untrailingslashit( esc_url_raw( $url, array( 'http', 'https' ) ) );
	}

	/**
	 * Returns a new key, or the old one if none was typed: the form never shows the key.
	 *
	 * @param mixed  $value Submitted.
	 * @param string $old   What is set now.
	 */
	private function sanitize_key( $value, $old ) {
		$key = is_string( $value ) ? trim( $value ) : '';
		if ( '' === $key ) {
			return $old;
		}
		// What may stand in a header, and nothing that could begin another one.
		if ( ! preg_match( '/\A[\x21-\x7e]{1,512}\z/', $key ) ) {
			$this->complain( __( 'An API key has letters, digits and punctuation only, and no spaces. The old one was kept.', 'whosaid' ) );
			return $old;
		}
		return $key;
	}

	/**
	 * Returns whole seconds, or the old ones if these are out of range.
	 *
	 * @param mixed $value Submitted.
	 * @param int   $old   What is set now.
	 */
	private function sanitize_timeout( $value, $old ) {
		$range   = array(
			'min_range' => self::MIN_TIMEOUT_SECONDS,
			'max_range' => self::MAX_TIMEOUT_SECONDS,
		);
		$seconds = filter_var( $value, FILTER_VALIDATE_INT, array( 'options' => $range ) );
		if ( false === $seconds ) {
			/* translators: 1: fewest seconds, 2: most seconds. */
			$this->complain( sprintf( __( 'The time limit has to be a whole number of seconds from %1$d to %2$d. The old one was kept.', 'whosaid' ), self::MIN_TIMEOUT_SECONDS, self::MAX_TIMEOUT_SECONDS ) );
			return $old;
		}
		return $seconds;
	}

	/**
	 * Returns the known ones of the taxonomies that were ticked, for each type.
	 *
	 * @param mixed $value Submitted.
	 */
	private function sanitize_taxonomies( $value ) {
		$known = array_keys( self::taxonomies_on_offer() );
		$clean = array();
		foreach ( self::TYPES as $type ) {
			$ticked         = array_filter( is_array( $value ) ? (array) ( $value[ $type ] ?? array() ) : array(), 'is_string' );
			$clean[ $type ] = array_values( array_intersect( $known, $ticked ) );
		}
		return $clean;
	}

	/**
	 * Returns the taxonomies that the block editor can put on posts, by name.
	 *
	 * @return \WP_Taxonomy[]
	 */
	public static function taxonomies_on_offer() {
		$criteria = array(
			'show_ui'      => true,
			'show_in_rest' => true,
		);
		return array_diff_key( get_taxonomies( $criteria, 'objects' ), array( 'nav_menu' => true ) );
	}

	/**
	 * Shows a message above the form.
	 *
	 * @param string $message Plain text.
	 */
	private function complain( $message ) {
		// Not there when an option is set by a program rather than by the form.
		if ( function_exists( 'add_settings_error' ) ) {
			add_settings_error( self::OPTION, 'whosaid-' . md5( $message ), esc_html( $message ) );
		}
	}
}
