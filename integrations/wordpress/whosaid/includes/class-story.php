<?php
/**
 * What is sent of a post.
 *
 * @package Whosaid
 */

namespace Whosaid;

use WP_Post;

defined( 'ABSPATH' ) || exit;

/**
 * Headline and content of a post, as HTML.
 */
final class Story {

	/**
	 * The title, as WordPress stores it.
	 *
	 * @var string
	 */
	private $headline;

	/**
	 * The content, as HTML that a reader of the page would see.
	 *
	 * @var string
	 */
	private $html;

	/**
	 * Takes a title and a content as WordPress stores them.
	 *
	 * Block comments stay: HTML's readers skip them. Plug-ins' filters of the_content do not run:
	 * they add what nobody wrote here, such as lists of other posts.
	 *
	 * @param string $title   Unslashed.
	 * @param string $content Unslashed.
	 */
	public function __construct( $title, $content ) {
		$content        = strip_shortcodes( $content );
		$this->headline = $title;
		// Outside of blocks, paragraphs are only empty lines.
		$this->html = has_blocks( $content ) ? $content : wpautop( $content );
	}

	/**
	 * Returns the story of a post as it is saved.
	 *
	 * @param WP_Post $post Any post.
	 */
	public static function of( WP_Post $post ) {
		return new self( $post->post_title, $post->post_content );
	}

	/**
	 * Says whether nothing is there to read.
	 */
	public function is_empty() {
		return '' === trim( wp_strip_all_tags( $this->headline . $this->html ) );
	}

	/**
	 * Returns the body of the request.
	 */
	public function body() {
		$request = array(
			'headline'     => $this->headline,
			'text'         => $this->html,
			'content_type' => 'text/html',
			'include'      => array( 'entities', 'quotes' ),
		);
		return wp_json_encode( $request, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE );
	}

	/**
	 * Returns the same for the same request.
	 */
	public function hash() {
		return hash( 'sha256', $this->body() );
	}
}
