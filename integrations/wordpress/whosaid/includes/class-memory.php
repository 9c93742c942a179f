<?php
/**
 * What is remembered about a post.
 *
 * @package Whosaid
 */

namespace Whosaid;

defined( 'ABSPATH' ) || exit;

/**
 * Keeps the latest answer about a post, and what its editors rejected, in the post's metadata.
 *
 * Both are JSON in ASCII, which every database charset holds. Nothing is kept about what was
 * accepted: it is what the post is tagged with.
 */
final class Memory {

	const ANSWER   = '_whosaid_answer';
	const REJECTED = '_whosaid_rejected';

	/**
	 * Returns the latest answer, or null.
	 *
	 * @param int $post_id Whose.
	 * @return array{hash: string, time: int, entities: array[], quotes: array[]}|null
	 */
	public function answer( $post_id ) {
		$answer = $this->get( $post_id, self::ANSWER );
		return isset( $answer['hash'], $answer['time'], $answer['entities'], $answer['quotes'] ) ? $answer : null;
	}

	/**
	 * Keeps an answer in place of the one before.
	 *
	 * @param int    $post_id Whose.
	 * @param string $hash    Of the story that it is about.
	 * @param array  $answer  Entities and quotes.
	 */
	public function remember_answer( $post_id, $hash, array $answer ) {
		$meta = array(
			'hash' => $hash,
			'time' => time(),
		);
		$this->set( $post_id, self::ANSWER, $meta + $answer );
	}

	/**
	 * Returns what was rejected, by key.
	 *
	 * @param int $post_id Whose.
	 * @return array<string, array>
	 */
	public function rejected( $post_id ) {
		return $this->get( $post_id, self::REJECTED );
	}

	/**
	 * Remembers that an entity is not to be suggested for a post, by whom and when.
	 *
	 * @param int   $post_id Whose.
	 * @param array $entity  One of an answer.
	 */
	public function reject( $post_id, array $entity ) {
		$rejected                   = $this->rejected( $post_id );
		$rejected[ $entity['key'] ] = array(
			'name' => $entity['name'],
			'user' => get_current_user_id(),
			'time' => time(),
		);
		$this->set( $post_id, self::REJECTED, $rejected );
	}

	/**
	 * Forgets that an entity was rejected.
	 *
	 * @param int   $post_id Whose.
	 * @param array $entity  One of an answer.
	 */
	public function reconsider( $post_id, array $entity ) {
		$this->set( $post_id, self::REJECTED, array_diff_key( $this->rejected( $post_id ), array( $entity['key'] => true ) ) );
	}

	/**
	 * Reads a meta field.
	 *
	 * @param int    $post_id Whose.
	 * @param string $field   Its name.
	 */
	private function get( $post_id, $field ) {
		$value = json_decode( (string) get_post_meta( $post_id, $field, true ), true );
		return is_array( $value ) ? $value : array();
	}

	/**
	 * Writes a meta field, or removes it if there is nothing to write.
	 *
	 * @param int    $post_id Whose.
	 * @param string $field   Its name.
	 * @param array  $value   What to keep.
	 */
	private function set( $post_id, $field, array $value ) {
		if ( $value ) {
			update_post_meta( $post_id, $field, wp_slash( wp_json_encode( $value ) ) );
		} else {
			delete_post_meta( $post_id, $field );
		}
	}
}
