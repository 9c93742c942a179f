<?php
/**
 * What is kept of an answer.
 *
 * @package Whosaid
 */

namespace Whosaid;

use WP_Error;

defined( 'ABSPATH' ) || exit;

/**
 * Takes out of the service's answer what the side bar shows; anything else is dropped.
 *
 * Names and quotes are text of the post, and may hold what looks like markup: they are kept as they
 * are, and escaped where they are shown.
 */
final class Answer {

	const LISTS = array(
		'person'       => 'people',
		'organisation' => 'organisations',
		'place'        => 'places',
	);

	/**
	 * Returns entities and quotes, or an error if this is not an answer of Whosaid.
	 *
	 * @param array $body The answer's JSON, decoded.
	 * @return array{entities: array[], quotes: array[]}|WP_Error
	 */
	public static function read( array $body ) {
		$entities = array();
		foreach ( self::LISTS as $type => $list ) {
			if ( ! is_array( $body[ $list ] ?? null ) || ! is_array( $body['quotes'] ?? null ) ) {
				return Client::explain_stranger();
			}
			foreach ( array_filter( $body[ $list ], 'is_array' ) as $entity ) {
				$entities[] = self::read_entity( $type, $entity );
			}
		}
		$entities = array_values( array_filter( $entities ) );
		usort(
			$entities,
			static function ( $one, $other ) {
				return $other['salience'] <=> $one['salience'];
			}
		);
		return array(
			'entities' => $entities,
			'quotes'   => array_values( array_map( array( self::class, 'read_quote' ), array_filter( $body['quotes'], 'is_array' ) ) ),
		);
	}

	/**
	 * Returns one entity, or null if it has no name or no id.
	 *
	 * Its key is the same in every answer about every text, so decisions can be kept under it: the
	 * newsroom's own URI where the service knows it, for that survives a change of the name; else
	 * the id, which the service makes of type and name alone.
	 *
	 * @param string $type   One of Settings::TYPES.
	 * @param array  $entity As the service describes it.
	 */
	private static function read_entity( $type, array $entity ) {
		$id   = self::text( $entity['id'] ?? null );
		$name = trim( self::text( $entity['name'] ?? null ) );
		$uri  = self::text( $entity['uri'] ?? null );
		if ( '' === $id || '' === $name ) {
			return null;
		}
		return array(
			'key'        => '' === $uri ? $id : $uri,
			'type'       => $type,
			'name'       => $name,
			'uri'        => $uri,
			'count'      => (int) ( $entity['count'] ?? 0 ),
			'salience'   => (float) ( $entity['salience'] ?? 0 ),
			'candidates' => self::names( $entity['candidates'] ?? array() ),
		);
	}

	/**
	 * Returns one quote, with those who say it or, where that is not clear, may have said it.
	 *
	 * @param array $quote As the service describes it.
	 */
	private static function read_quote( array $quote ) {
		$attribution = is_array( $quote['attribution'] ?? null ) ? $quote['attribution'] : array();
		$status      = self::text( $attribution['status'] ?? null );
		$is_known    = in_array( $status, array( 'attributed', 'ambiguous' ), true );
		$alone       = array( $quote['speaker'] ?? null );
		return array(
			'kind'     => self::text( $quote['kind'] ?? null ),
			'text'     => self::text( $quote['text'] ?? null ),
			'status'   => $is_known ? $status : 'unattributed',
			'speakers' => self::names( $attribution[ 'ambiguous' === $status ? 'candidates' : 'joint' ] ?? $alone ),
		);
	}

	/**
	 * Returns what each of these is called, leaving out those that are not called anything. A
	 * speaker without a name is called as in the text ("a spokesman").
	 *
	 * @param mixed $list Speakers or candidates.
	 * @return string[]
	 */
	private static function names( $list ) {
		$names = array();
		foreach ( array_filter( is_array( $list ) ? $list : array(), 'is_array' ) as $one ) {
			$mention = is_array( $one['mention'] ?? null ) ? $one['mention'] : array();
			$name    = self::text( $one['name'] ?? null );
			$names[] = '' === $name ? self::text( $mention['text'] ?? null ) : $name;
		}
		return array_values( array_unique( array_filter( $names, 'strlen' ) ) );
	}

	/**
	 * Returns a string, whatever came.
	 *
	 * @param mixed $value Of the answer.
	 */
	private static function text( $value ) {
		return is_string( $value ) ? $value : '';
	}
}
